import { pages } from "../../shared/web/pages.mjs";

export default pages(import.meta.url);
