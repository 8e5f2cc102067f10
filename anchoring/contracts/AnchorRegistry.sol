// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorRegistry} from "./IAnchorRegistry.sol";

/// @title Registry of Merkle roots: the implementation
contract AnchorRegistry is IAnchorRegistry {
    /// @dev Shares one storage slot, so the block's number costs nothing beside the time.
    struct Record {
        uint64 time;
        uint64 blockNumber;
    }

    /// @inheritdoc IAnchorRegistry
    mapping(address sender => mapping(bytes32 root => Record)) public override anchoredAt;

    /// @inheritdoc IAnchorRegistry
    function anchor(bytes32 root) external override {
        Record storage record = anchoredAt[msg.sender][root];
        // A repeated call keeps the first time and does not revert, so that an
        // issuer unsure whether its transaction arrived may send it again.
        if (record.time != 0) return;
        record.time = uint64(block.timestamp);
        record.blockNumber = uint64(block.number);
        emit Anchored(msg.sender, root);
    }
}
