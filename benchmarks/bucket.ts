/** Files into a bucket beside files into a directory, with an S3 server that keeps nothing; and the memory that a large file takes. */
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatBytes, formatNumber } from "../src/bench/format.ts";
import { startOrigin } from "../src/origin/origin.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";

const { values } = parseArgs({
	options: {
		files: { type: "string", default: "10000" },
		rounds: { type: "string", default: "3" },
		large: { type: "string", default: String(5 * 1024 ** 3) },
		method: { type: "string", default: "async" },
	},
});

/** Takes everything, and remembers nothing but which keys the probe of a run has written. */
const probes = new Set<string>();
const server = createServer((request, response) => {
	const { url = "", method } = request;
	const isProbe = url.includes("/probe-");
	const isTaken = isProbe && method === "PUT" && probes.has(url.split("?", 1)[0] ?? "");
	if (isProbe) probes.add(url.split("?", 1)[0] ?? "");
	request.resume();
	request.on("end", () => {
		if (isTaken) {
			response.writeHead(412).end();
			return;
		}
		// No name is taken.
		if (method === "HEAD") {
			response.writeHead(404).end();
			return;
		}
		const xml = url.includes("uploads")
			? "<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>"
			: "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>";
		response
			.writeHead(200, { ETag: '"0"', "Content-Type": "application/xml" })
			.end(method === "POST" || method === "GET" ? xml : "");
	});
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
if (address === null || typeof address !== "object") throw new Error("no address");
Object.assign(process.env, {
	AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${address.port}`,
	AWS_ACCESS_KEY_ID: "bench",
	AWS_SECRET_ACCESS_KEY: "bench",
	AWS_REGION: "us-east-1",
	AWS_EC2_METADATA_DISABLED: "true",
});

await using folder = await freshFolder("bucket");
const list = join(folder.path, "list");
await using origin = await startOrigin({
	files: Number(values.files),
	size: { kind: "fixed", sizeBytes: 10_240 },
	list,
});
for (let round = 1; round <= Number(values.rounds); round++) {
	for (const sink of [join(folder.path, `sink-${round}`), `s3://bench/${round}`]) {
		const dirs = [
			"--dir",
			join(folder.path, `dir-${round}-${sink.startsWith("s3") ? "s3" : "d"}`),
			"--log-dir",
			join(folder.path, "logs"),
		];
		const speed = ["--method", values.method, "--concurrency", "64", "--per-host", "64"];
		const end = await measuredGet([list, "--sink", sink, ...dirs, ...speed], folder.path);
		const perSecond = Math.round(Number(values.files) / end.seconds);
		const { cpuSeconds, peakRssBytes } = end.figures;
		const processor = (((cpuSeconds ?? 0) / Number(values.files)) * 1e6).toFixed(0);
		process.stdout.write(
			`${sink}: ${formatNumber(perSecond)} files/s, ${processor} us of processor a file, ${formatBytes(peakRssBytes ?? 0)}\n`,
		);
	}
}
const large = Number(values.large);
const end = await measuredGet(
	[
		`${origin.url}/f/${large}/large.bin`,
		"--sink",
		"s3://bench/large",
		"--dir",
		join(folder.path, "large"),
		"--log-dir",
		join(folder.path, "logs"),
	],
	folder.path,
);
process.stdout.write(
	`${formatBytes(large)}: ${end.seconds.toFixed(1)} s, peak ${formatBytes(end.figures.peakRssBytes ?? 0)}\n`,
);
server.close();
