// Both windows with their backends in memory, as a site on a loopback port.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Nothing changes while it is shown: what a browser has read and compiled, it need not again. */
const KEPT = { "Cache-Control": "max-age=3600" };

/**
 * Builds the windows as they are while developing, bundled so that a scene opens quickly, and
 * serves them with the shell's content policy.
 */
export async function site(root, folder, policy) {
  process.env.NODE_ENV = "development";
  const { build } = await import("vite");
  await build({
    root,
    mode: "development",
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true, minify: false },
  });

  // The pictures of the backend in memory are addresses of their own; the shell has a scheme.
  const rules = { ...policy, "img-src": `${policy["img-src"]} data:` };
  const headers = {
    "Content-Security-Policy": Object.entries(rules)
      .map(([rule, value]) => `${rule} ${value}`)
      .join("; "),
  };
  const server = http.createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/favicon.ico") {
      response.writeHead(204).end();
      return;
    }
    try {
      const content = await readFile(join(folder, normalize(pathname)));
      const type = TYPES[extname(pathname)] ?? "application/octet-stream";
      response.writeHead(200, { "Content-Type": type, ...KEPT, ...headers }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
