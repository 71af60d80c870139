import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  build: {
    target: "es2022",
    // The content policy knows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // A page for each window.
    rolldownOptions: { input: ["index.html", "admin.html"] },
  },
  server: { port: 5173, strictPort: true },
  test: { environment: "jsdom", setupFiles: ["./src/testing.ts"] },
});
