// Is this credential under a root that its chain holds? Shares no code with the project: Node alone.
//
//   node anchor_check.mjs credential.json anchor.json RPC_URL [CONTRACT]
//
// Exit 0 and one line of JSON, or exit 1 with the reason. Follows anchoring/README.md. With CONTRACT the
// registry must be that one; without it the proof's own is asked, which only shows that *some* contract logged.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const TOPIC = "0xee1610244dfc4b116b1433dd4459fd7b1d3d2bf737a05fc3f6d8f173005d7147"; // keccak-256 of Anchored(address,bytes32)

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const bytes = (hex, length = 32) => {
  if (!new RegExp(`^[0-9a-f]{${2 * length}}$`).test(hex)) throw new Error(`not ${length} bytes of hex: ${hex}`);
  return Buffer.from(hex, "hex");
};
const need = (condition, reason) => {
  if (!condition) throw new Error(reason);
};

/** RFC 8785: JavaScript's own numbers, strings and order of UTF-16 units are what it prescribes. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
}

/** The steps of RFC 9162, section 2.1.3.2, up to the root. */
function rootOf(leaf, { index, treeSize, path }) {
  need(Number.isSafeInteger(index) && Number.isSafeInteger(treeSize) && index >= 0, "index and size are whole numbers");
  need(index < treeSize, "the index is past the tree");
  let [fn, sn, r] = [index, treeSize - 1, leaf];
  const up = () => ([fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]);
  for (const p of path.map((node) => bytes(node))) {
    need(sn !== 0, "a path is too long");
    if (fn % 2 === 1 || fn === sn) {
      r = sha256("\x01", p, r);
      while (fn % 2 === 0 && fn !== 0) up();
    } else r = sha256("\x01", r, p);
    up();
  }
  need(sn === 0, "a path is too short");
  return r;
}

/** What a leaf of kind 1 commits to: the credential as received, proofs included. */
export const digestOf = (credential) => sha256(Buffer.from(canonical(credential), "utf8"));

/** From a digest through one or two trees to the root of the round. */
export function rootFrom(digest, { kind, salt, levels }) {
  need(levels.length === (kind < 16 ? 2 : 1), "credentials have two levels, everything else has one");
  const tree = rootOf(sha256("\x00", Buffer.from([kind]), bytes(salt), digest), levels[0]);
  if (levels.length === 1) return tree;
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(levels[0].treeSize));
  return rootOf(sha256("\x00", "\x20", size, tree), levels[1]);
}

async function ask(url, method, params) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const answer = await response.json();
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

async function main(credentialFile, proofFile, url, contract) {
  const [credential, proof] = [credentialFile, proofFile].map((file) => JSON.parse(readFileSync(file, "utf8")));
  need(proof.type === "AnchorProof" && proof.version === 1 && proof.kind === 1, "not an AnchorProof of kind 1");
  const root = rootFrom(digestOf(credential), proof).toString("hex");
  need(root === proof.root, `the paths lead to root ${root}, the proof says ${proof.root}`);
  const { anchor } = proof;
  need(anchor && anchor.transaction, "the proof names no transaction yet");
  need(!contract || contract.toLowerCase() === anchor.contract.toLowerCase(), "the proof names another contract");
  const chain = `eip155:${Number(await ask(url, "eth_chainId", []))}`;
  need(chain === anchor.chain, `the node serves ${chain}, the proof is about ${anchor.chain}`);
  const block = `0x${anchor.block.toString(16)}`;
  const topics = [TOPIC, `0x${bytes(anchor.account.slice(2).toLowerCase(), 20).toString("hex").padStart(64, "0")}`, `0x${root}`];
  const logs = await ask(url, "eth_getLogs", [{ address: anchor.contract, topics, fromBlock: block, toBlock: block }]);
  const log = logs.find((each) => each.transactionHash === anchor.transaction && each.blockHash === anchor.blockHash);
  need(log, `block ${anchor.block} holds no log of this root by ${anchor.account} in ${anchor.transaction}`);
  const header = await ask(url, "eth_getBlockByNumber", [block, false]);
  const time = new Date(Number(header.timestamp) * 1000).toISOString().replace(".000Z", "Z");
  need(time === anchor.time, `the block's time is ${time}, the proof says ${anchor.time}`);
  const last = await ask(url, "eth_getBlockByNumber", ["finalized", false]);
  const final = last !== null && Number(last.number) >= anchor.block;
  need(final || proof.state !== "final", "the proof says final, the chain does not");
  console.log(JSON.stringify({ ok: true, root, chain, transaction: log.transactionHash, block: anchor.block, time, final }));
}

if (import.meta.filename === process.argv[1]) {
  main(...process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
