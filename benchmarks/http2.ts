/** HTTP/1.1 with many connections beside HTTP/2, and both beside `curl -Z --http2`, over TLS from an nginx that offers both; or HTTP/1.1 beside `curl -Z --http1.1`. */
import { parseArgs } from "node:util";
import { compareWithCurl } from "./beside-curl.ts";
import { startDelayedLine } from "./delayed-line.ts";
import { freshFolder } from "./fresh-folder.ts";
import { startNginx } from "./nginx.ts";

const { values } = parseArgs({
	options: {
		files: { type: "string", default: "50000" },
		rounds: { type: "string", default: "5" },
		concurrency: { type: "string", default: "32" },
		/** Of a round trip, in milliseconds. */
		delay: { type: "string", default: "0" },
		/** Most that the line lets stand. */
		connections: { type: "string", default: "1024" },
		method: { type: "string", default: "auto" },
		kib: { type: "string", default: "10" },
		/** HTTP/1.1 alone, of both. */
		http1: { type: "boolean", default: false },
	},
});

const delayMs = Number(values.delay) / 2;
await using folder = await freshFolder("http2");
let port = 0;
const connections = Number(values.connections);
const isLine = delayMs > 0 || connections < 1024;
await using line = isLine ? await startDelayedLine({ delayMs, connections }, () => port) : undefined;
const size = { files: Number(values.files), sizeBytes: Number(values.kib) * 1024 };
await using nginx = await startNginx(folder.path, size, { tls: true, ...(line && { listedPort: line.port }) });
port = nginx.port;

const versions = values.http1 ? ["never"] : ["auto", "always"];
const common = ["--insecure", "--method", values.method];
process.stdout.write(
	await compareWithCurl({
		folder: folder.path,
		list: nginx.list,
		rounds: Number(values.rounds),
		concurrency: Number(values.concurrency),
		curl: ["--insecure", values.http1 ? "--http1.1" : "--http2"],
		downspout: Object.fromEntries(versions.map((one) => [`--http2 ${one}`, [...common, "--http2", one]])),
	}),
);
