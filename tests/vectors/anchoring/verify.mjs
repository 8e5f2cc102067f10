// Confirms vectors.json with code that shares nothing with its generator. Exit 0 and the counts, or 1.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { digestOf, rootFrom } from "../../peers/anchor_check.mjs";

const file = process.argv[2] ?? new URL("vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8"));
const hash = (...parts) => parts.reduce((h, part) => h.update(part), createHash("sha256")).digest();
const hex = (text) => Buffer.from(text, "hex");

/** RFC 9162, section 2.1.1, as defined: split at the largest power of two below n. */
function treeHash(entries) {
  if (entries.length === 0) return hash("");
  if (entries.length === 1) return hash("\x00", entries[0]);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return hash("\x01", treeHash(entries.slice(0, k)), treeHash(entries.slice(k)));
}

for (const { kind, salt, digest, leafHash } of vectors.leaves)
  assert.equal(hash("\x00", Buffer.from([kind]), hex(salt), hex(digest)).toString("hex"), leafHash);

for (const { treeSize, root, leafHash } of vectors.batches) {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(treeSize));
  assert.equal(hash("\x00", "\x20", size, hex(root)).toString("hex"), leafHash);
}

for (const { document, canonical, digest } of vectors.documents) {
  assert.equal(digestOf(document).toString("hex"), digest);
  assert.equal(hash(Buffer.from(canonical, "utf8")).toString("hex"), digest);
}

for (const each of vectors.ecdsaSd) {
  const parts = [each.proofHash, each.publicKey, each.mandatoryHash, each.baseSignature].map(hex);
  assert.equal(hash(...parts, treeHash(each.signatures.map(hex))).toString("hex"), each.digest);
}

for (const { digest, proof, valid, why } of vectors.proofs) {
  let holds = false;
  try {
    holds = rootFrom(hex(digest), proof).toString("hex") === proof.root;
  } catch {
    // a path that does not fit its tree
  }
  assert.equal(holds, valid, why);
}

console.log(JSON.stringify(Object.fromEntries(Object.entries(vectors).map(([name, list]) => [name, list.length]))));
