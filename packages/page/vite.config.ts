import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `npm run page` builds the page into the command's package; with `vite` it is served with live changes beside a worker on 8787. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "../cli/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8787" } },
  clearScreen: false,
});
