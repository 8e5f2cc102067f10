// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Registry of Merkle roots
/// @notice Records that an account published a 32-byte root no later than a block's time.
/// @dev A root says nothing by itself. What its leaves commit to, and how to prove one, is written in
///      anchoring/README.md. The registry has no owner, holds no coins and cannot be upgraded: what an
///      account recorded, nobody can change or remove.
interface IAnchorRegistry {
    /// @notice `sender` published `root` in this block. Emitted once for each pair.
    /// @dev Both are indexed, so that the log is found by either without knowing the transaction.
    /// @param sender The account, or contract, that called `anchor`.
    /// @param root The root.
    event Anchored(address indexed sender, bytes32 indexed root);

    /// @notice Records `root` for the caller. Repeating the call changes nothing and does not fail.
    /// @dev Another account's record of the same root is no obstacle and no help: pairs are independent,
    ///      so nobody can take a root away from its publisher by being faster.
    /// @param root The root to record; any value is accepted.
    function anchor(bytes32 root) external;

    /// @notice When and where `sender` recorded `root` for the first time.
    /// @dev State outlives logs: a node that pruned its logs, or that limits the range of a search for
    ///      them, still answers this, and the block's number says where to look for the log.
    /// @param sender The account asked about.
    /// @param root The root asked about.
    /// @return time Seconds since 1970 as the block said, or 0 if it never did.
    /// @return blockNumber Number of the block that holds the log, or 0.
    function anchoredAt(address sender, bytes32 root) external view returns (uint64 time, uint64 blockNumber);
}
