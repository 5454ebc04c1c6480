/** Writes docs/cli.md and docs/downspout.1: run it with `npm run docs` after a change to an option. */
import { writeFileSync } from "node:fs";
import { cliDocs } from "./cli-docs.ts";
import { manPage } from "./man-page.ts";

writeFileSync(new URL("../docs/cli.md", import.meta.url), cliDocs());
writeFileSync(new URL("../docs/downspout.1", import.meta.url), manPage());
