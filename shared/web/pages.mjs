// How the pages of a face are built; `config` is the address of its vite.config.ts.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export const pages = (config) =>
  defineConfig({
    root: fileURLToPath(new URL(".", config)),
    plugins: [svelte()],
    resolve: { alias: { "@shared": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
    // Nothing inlined: the page's security policy takes scripts, styles and pictures from files of ours only.
    build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  });
