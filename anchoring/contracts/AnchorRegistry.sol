// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry} from "./IAnchorRegistry.sol";

/// @title Registry of Merkle roots: the implementation
contract AnchorRegistry is IAnchorRegistry {
    /// @inheritdoc IAnchorRegistry
    mapping(address sender => mapping(bytes32 root => uint64 time)) public override anchoredAt;

    /// @inheritdoc IAnchorRegistry
    function anchor(bytes32 root) external override {
        // A repeated call keeps the first time and does not revert, so that an
        // issuer unsure whether its transaction arrived may send it again.
        if (anchoredAt[msg.sender][root] != 0) return;
        anchoredAt[msg.sender][root] = uint64(block.timestamp);
        emit Anchored(msg.sender, root);
    }
}
