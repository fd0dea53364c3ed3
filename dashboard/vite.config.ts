/**
 * Builds the pages into dist/dashboard: files named after their content, no inlined scripts or styles (the pages' policy
 * allows none).
 */
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react()],
  build: {
    ...{ outDir: fileURLToPath(new URL("../dist/dashboard", import.meta.url)), emptyOutDir: true },
    ...{ assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022", sourcemap: false },
    // How long a plugin takes is of no interest to who builds.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
