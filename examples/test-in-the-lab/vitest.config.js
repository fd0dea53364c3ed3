import { defineConfig } from "vitest/config";

// Its own, so that no configuration of a folder above is taken.
export default defineConfig({ test: { include: ["*.test.js"] } });
