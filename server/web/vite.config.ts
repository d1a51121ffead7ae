import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [svelte()],
  resolve: { alias: { "@shared": fileURLToPath(new URL("../../shared/web", import.meta.url)) } },
  // Nothing inlined: the page's security policy takes scripts, styles and pictures from files of ours only.
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
