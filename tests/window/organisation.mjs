// A private place on this machine and an organisation in it.

import { chmod, mkdir, mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { succeed } from "./processes.mjs";

/** Makes folders of this run alone; nothing of the user's is read or written. */
export async function makePrivateFolders() {
  const root = await mkdtemp(path.join(os.tmpdir(), "chancery-window-"));
  const folder = async (name) => {
    const made = path.join(root, name);
    await mkdir(made, { recursive: true });
    await chmod(made, 0o700);
    return made;
  };
  const home = path.join(root, "organisation");
  const environment = {
    ...process.env,
    HOME: await folder("user"),
    XDG_DATA_HOME: await folder("data"),
    XDG_CONFIG_HOME: await folder("config"),
    XDG_CACHE_HOME: await folder("cache"),
    XDG_STATE_HOME: await folder("user-state"),
    XDG_RUNTIME_DIR: await folder("runtime"),
    // Mesa's software renderer crashes now and then in the thread that composes layers.
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    CHANCERY_HOME: home,
    CHANCERY_STATE: path.join(root, "state"),
  };
  return {
    documents: await folder("documents"),
    certificate: path.join(home, "ca.pem"),
    environment,
  };
}

/** Founds an embedded organisation whose officer can sign. */
export async function makeOrganisation(binaries, { environment }, { login, name, secret }) {
  await succeed(
    path.join(binaries, "chancery"),
    [
      ...["init", "--embedded", "--admin", login, "--name", name, "--email", `${login}@example.org`],
      ...["--organisation", "Analytical Engines", "--pin-store", "file", "--secret-file", "-"],
    ],
    { env: environment, input: `${secret}\n` },
  );
}
