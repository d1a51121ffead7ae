import { mount } from "svelte";
import "@shared/theme.css";
import App from "./App.svelte";
import Guest from "./screens/Guest.svelte";

mount(location.hash === "#/guest" ? Guest : App, { target: document.getElementById("till")! });
