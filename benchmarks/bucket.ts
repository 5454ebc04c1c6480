/** Files into a bucket beside files into a directory, with nginx as an S3 server that keeps nothing; and the memory that a large file takes. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatBytes, formatNumber } from "../src/bench/format.ts";
import { startOrigin } from "../src/origin/origin.ts";
import { freshFolder } from "./fresh-folder.ts";
import { measuredGet } from "./measured-get.ts";
import { startNginx } from "./nginx.ts";

const { values } = parseArgs({
	options: {
		files: { type: "string", default: "10000" },
		rounds: { type: "string", default: "3" },
		large: { type: "string", default: String(5 * 1024 ** 3) },
		method: { type: "string", default: "async" },
	},
});

await using folder = await freshFolder("bucket");
const kept = join(folder.path, "probes");
await mkdir(kept);
// Of root's nginx the workers run as a user of their own.
await chmod(kept, 0o777);
const begun = "<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>";
/**
 * No name is taken but those of the probes, which are kept: a bucket must refuse to overwrite. To 200 and `If-None-Match: *` nginx would
 * answer 304.
 */
const bucket = `location ~ /probe- {
			root ${kept};
			default_type application/xml;
			add_header ETag '"0"';
			if ($args ~ "^uploads") { return 200 "${begun}"; }
			if ($args ~ "^partNumber|&partNumber") { return 200 ""; }
			if (-f $request_filename) { return 412; }
			dav_methods PUT DELETE;
			create_full_put_path on;
		}
		location /bench/ {
			client_max_body_size 0;
			default_type application/xml;
			add_header ETag '"0"';
			if ($request_method = HEAD) { return 404; }
			if ($args ~ "^uploads") { return 200 "${begun}"; }
			if ($request_method = PUT) { return 201 ""; }
			return 201 "<CompleteMultipartUploadResult><ETag>0</ETag></CompleteMultipartUploadResult>";
		}`;
await using nginx = await startNginx(
	folder.path,
	{ files: Number(values.files), sizeBytes: 10_240 },
	{ locations: bucket },
);
Object.assign(process.env, {
	AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${nginx.port}`,
	AWS_ACCESS_KEY_ID: "bench",
	AWS_SECRET_ACCESS_KEY: "bench",
	AWS_REGION: "us-east-1",
	AWS_EC2_METADATA_DISABLED: "true",
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
		const end = await measuredGet([nginx.list, "--sink", sink, ...dirs, ...speed], folder.path);
		const perSecond = Math.round(Number(values.files) / end.seconds);
		const { cpuSeconds, peakRssBytes } = end.figures;
		const processor = (((cpuSeconds ?? 0) / Number(values.files)) * 1e6).toFixed(0);
		process.stdout.write(
			`${sink}: ${formatNumber(perSecond)} files/s, ${processor} us of processor a file, ${formatBytes(peakRssBytes ?? 0)}\n`,
		);
	}
}
const large = Number(values.large);
await using origin = await startOrigin();
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
