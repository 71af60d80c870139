// Programs of other people that have never heard of ours.

import assert from "node:assert/strict";
import path from "node:path";

import { run, succeed } from "./processes.mjs";

/** Has a signed file judged; returns what was found, in sentences. */
export async function judge(repository, file, { certificate, signers }) {
  const said = [];

  const structure = await succeed("qpdf", ["--check", file]);
  assert.match(structure, /No syntax or stream encoding errors found/);
  said.push("qpdf finds no error in the signed file");

  const { stdout: signatures } = await run("pdfsig", [file]);
  const valid = signatures.match(/Signature is Valid\./g) ?? [];
  assert.equal(valid.length, signers.length, signatures);
  for (const signer of signers) assert.match(signatures, new RegExp(`Common Name: ${signer}`));
  assert.match(signatures, /Total document signed/);
  said.push("pdfsig finds every signature valid, and the newest over the whole file");

  const python =
    process.env.CHANCERY_JUDGES ?? path.join(repository, "target/tools/judges/bin/python");
  const pyhanko = path.join(repository, "tests/judges/pyhanko_judge.py");
  const verdict = JSON.parse(await succeed(python, [pyhanko, file, certificate]));
  assert.equal(verdict.bottom_line, true, JSON.stringify(verdict));
  assert.equal(verdict.coverage, "ENTIRE_FILE");
  said.push("pyHanko finds the signature intact and, by its CA, trusted");
  return said;
}
