// Other programs: run to their end, or kept until this one ends. Only these are ever ended.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

const kept = new Set();

/** Runs a program to its end; returns what it wrote and its exit status. */
export async function run(program, args, { env = process.env, input = "" } = {}) {
  const child = spawn(program, args, { env, stdio: "pipe" });
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) {
    child[stream].setEncoding("utf8").on("data", (text) => (written[stream] += text));
  }
  // A program may end without reading what it was given.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [status] = await once(child, "close");
  return { status, ...written };
}

/** Runs a program that has to succeed; returns what it wrote. */
export async function succeed(program, args, options) {
  const { status, stdout, stderr } = await run(program, args, options);
  if (status !== 0) {
    throw new Error(`${program} ${args.join(" ")} ended with ${status}\n${stdout}${stderr}`);
  }
  return stdout + stderr;
}

/** Starts a program that stays until it is ended. */
export function keep(program, args, env) {
  const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  kept.add(child);
  child.once("exit", () => kept.delete(child));
  return child;
}

/** Ends a kept program and waits until it is gone. */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

/** The processes that a kept program has started. */
export async function childrenOf({ pid }) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.trim().split(/\s+/).filter(Boolean).map(Number);
}

/** Whether a process is still there. */
export function runs(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Ends every kept program. */
export async function endAll() {
  await Promise.all([...kept].map(end));
}
