import { mount } from "svelte";
import "@shared/theme.css";
import App from "./App.svelte";
import Guest from "./screens/Guest.svelte";
import Pair from "./screens/Pair.svelte";

const page = location.hash === "#/guest" ? Guest : location.hash.startsWith("#pair=") ? Pair : App;
// A code scanned into a page that is open already begins it anew.
addEventListener("hashchange", () => { if (location.hash.startsWith("#pair=")) location.reload(); });
mount(page, { target: document.getElementById("till")! });
