// Compiles AnchorRegistry with npm's solc and writes AnchorRegistry.json.
//
//   node build.mjs            writes the artifact
//   node build.mjs --stdout   prints it instead (the reproducibility test compares)
//
// The same sources, compiler and settings give the same bytes on every machine: the compiler is one
// WebAssembly file pinned by package-lock.json, and no metadata hash is appended to the bytecode.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const solc = createRequire(import.meta.url)("solc");
const names = ["IAnchorRegistry.sol", "AnchorRegistry.sol"];
const sources = Object.fromEntries(names.map((name) => [name, { content: readFileSync(join(here, name), "utf8") }]));

const settings = {
  optimizer: { enabled: true, runs: 1_000_000 }, // cheap calls matter, deployment happens once per chain
  evmVersion: "paris", // no opcode younger than what every chain in use has
  metadata: { bytecodeHash: "none", appendCBOR: false },
};
const outputSelection = { "AnchorRegistry.sol": { AnchorRegistry: ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } };

const output = JSON.parse(
  solc.compile(JSON.stringify({ language: "Solidity", sources, settings: { ...settings, outputSelection } })),
);
if (output.errors?.length) {
  for (const error of output.errors) console.error(error.formattedMessage);
  process.exit(1); // warnings too
}

const contract = output.contracts["AnchorRegistry.sol"].AnchorRegistry;
const artifact = {
  contract: "AnchorRegistry",
  abi: contract.abi,
  bytecode: `0x${contract.evm.bytecode.object}`,
  deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
  compiler: { name: "solc", version: solc.version(), settings },
  sources: Object.fromEntries(
    names.map((name) => [name, `sha256:${createHash("sha256").update(sources[name].content).digest("hex")}`]),
  ),
};
const text = `${JSON.stringify(artifact, null, 2)}\n`;
if (process.argv.includes("--stdout")) process.stdout.write(text);
else writeFileSync(join(here, "AnchorRegistry.json"), text);
