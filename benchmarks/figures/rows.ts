/** The figures that downspout is held to: what is asked for, beside what, and how much of it is to be reached. */
import { silentHosts } from "./far-link.ts";
import { crowded, far, lab, type OpenScene } from "./scene.ts";

/** What a program is asked to do with a list. */
export type Contender = {
	readonly name: string;
	/** Of the files of the scene; all unless it says otherwise. */
	readonly urls?: (urls: readonly string[]) => readonly string[];
	readonly program?: "curl" | "aria2c";
	readonly args?: readonly string[];
	/** Whether entries may fail: those of hosts that are dead. */
	readonly mayFail?: boolean;
};

export type Row = {
	readonly what: string;
	readonly open: OpenScene;
	/** The first is what is held to the others, of which the fastest counts. */
	readonly contenders: readonly [Contender, ...Contender[]];
	/** Where there are none: files a second. */
	readonly perSecond?: number;
	/** What is compared: the whole run, or the time until the last file was saved. */
	readonly until?: "saved";
	readonly least: number;
};

const nothingSet: Contender = { name: "nothing set" };
const curl: Contender = { name: "curl -Z", program: "curl" };

function fixed(...levels: readonly number[]): Contender[] {
	return levels.map((level) => ({ name: `-c ${level}`, args: ["-c", String(level), "--per-host", String(level)] }));
}

const mbit = 125_000;
const size = (sizeBytes: number) => ({ size: { kind: "fixed", sizeBytes } }) as const;
const small = size(20_480);
const own = (urls: readonly string[]): readonly string[] => urls;
/** As many entries of a host that is dead, in turn with the others. */
const beside =
	(...hosts: readonly string[]) =>
	(urls: readonly string[]) =>
		urls.flatMap((url, n) => [url, ...hosts.map((host) => `http://${host}/${n}`)]);

const besideSilent = (count: number) => beside(...silentHosts(count).map((host) => `${host}:80`));

/** Levels that cannot be the best, as level / way is below what the line carries, are left out. */
export const rows: Readonly<Record<string, Row>> = {
	curl: {
		what: "3,000 × 20 KiB, 50 ms, 200 Mbit/s, real TCP: beside curl -Z",
		open: far(50, 200 * mbit, { files: 3000, ...small }),
		contenders: [nothingSet, curl],
		least: 1.15,
	},
	far50: {
		what: "the same: beside the best fixed level",
		open: far(50, 200 * mbit, { files: 3000, ...small }),
		contenders: [nothingSet, ...fixed(32, 64, 128, 256)],
		least: 0.95,
	},
	far1: {
		what: "10,000 × 20 KiB, 1 ms, 1 Gbit/s",
		open: far(1, 1000 * mbit, { files: 10_000, ...small }),
		contenders: [nothingSet, ...fixed(8, 16, 32, 64)],
		least: 0.95,
	},
	far20: {
		what: "5,000 × 20 KiB, 20 ms, 200 Mbit/s",
		open: far(20, 200 * mbit, { files: 5000, ...small }),
		contenders: [nothingSet, ...fixed(16, 32, 64, 128)],
		least: 0.95,
	},
	far200: {
		what: "3,000 × 20 KiB, 200 ms, 200 Mbit/s",
		open: far(200, 200 * mbit, { files: 3000, ...small }),
		contenders: [nothingSet, ...fixed(64, 128, 256)],
		least: 0.95,
	},
	line100: {
		what: "3,000 × 20 KiB, 30 ms, 100 Mbit/s",
		open: far(30, 100 * mbit, { files: 3000, ...small }),
		contenders: [nothingSet, ...fixed(16, 32, 64, 128)],
		least: 0.95,
	},
	crowded: {
		what: "12,000 × 10 KiB from a server that slows down beyond 50 at once",
		open: () => crowded(12_000),
		contenders: [nothingSet, ...fixed(32, 64, 128)],
		least: 0.95,
	},
	refuses20: {
		what: "refused beyond 20 at once (50 ms): beside -c 20",
		open: lab({ files: 4000, latencyMs: 50, mostInFlight: 20 }),
		contenders: [nothingSet, ...fixed(20)],
		least: 0.9,
	},
	refuses20after: {
		what: "the same with Retry-After: 1",
		open: lab({ files: 8000, latencyMs: 50, mostInFlight: 20, retryAfterSeconds: 1 }),
		contenders: [nothingSet, ...fixed(20)],
		least: 0.9,
	},
	rate400: {
		what: "400 requests a second (5 ms)",
		open: lab({ files: 6000, latencyMs: 5, requestsPerSecond: 400 }),
		contenders: [nothingSet],
		perSecond: 400,
		least: 0.9,
	},
	rate400after: {
		what: "the same with Retry-After: 1",
		open: lab({ files: 6000, latencyMs: 5, requestsPerSecond: 400, retryAfterSeconds: 1 }),
		contenders: [nothingSet],
		perSecond: 400,
		least: 0.9,
	},
	refuses6: {
		what: "refused beyond 6 at once (50 ms): beside -c 6",
		open: lab({ files: 2000, latencyMs: 50, mostInFlight: 6 }),
		contenders: [nothingSet, ...fixed(6)],
		least: 0.9,
	},
	refuses6after: {
		what: "the same with Retry-After: 1",
		open: lab({ files: 2000, latencyMs: 50, mostInFlight: 6, retryAfterSeconds: 1 }),
		contenders: [nothingSet, ...fixed(6)],
		least: 0.9,
	},
	segments: {
		what: "256 MiB at 10 MB/s a connection: beside aria2c -x16 -s16 -k1M",
		open: lab({ files: 1, ...size(256 * 1024 ** 2), bandwidthPerConnectionBytesPerSecond: 10_000_000 }),
		contenders: [
			nothingSet,
			{ name: "aria2c", program: "aria2c", args: ["-x16", "-s16", "-k1M", "--file-allocation=none"] },
		],
		least: 1,
	},
	loopback: {
		what: "50,000 × 10 KiB on loopback: beside -c 32 --per-host 32",
		open: lab({ files: 50_000, ...size(10_240) }),
		contenders: [nothingSet, ...fixed(32)],
		least: 0.97,
	},
	refusedHost: {
		what: "500 files of a healthy host beside a host that refuses connections: until the last is saved, beside it alone",
		open: lab({ files: 500, latencyMs: 50 }),
		contenders: [
			{ name: "both", urls: beside("127.0.0.1:9"), mayFail: true },
			{ name: "alone", urls: own },
		],
		until: "saved",
		least: 0.9,
	},
	silentHost: {
		what: "the same beside a host that is silent",
		open: far(50, 200 * mbit, { files: 500, ...small }),
		contenders: [
			{ name: "both", urls: besideSilent(1), mayFail: true },
			{ name: "alone", urls: own },
		],
		until: "saved",
		least: 0.9,
	},
	silentHosts: {
		what: "the same beside forty hosts that are silent",
		open: far(50, 200 * mbit, { files: 500, ...small }),
		contenders: [
			{ name: "all", urls: besideSilent(40), mayFail: true },
			{ name: "alone", urls: own },
		],
		until: "saved",
		least: 0.9,
	},
	manyHosts: {
		what: "10,000 hosts × 5 files, named in turn, 20 ms, 20 at once: beside one host with as many",
		open: lab({ files: 50_000, latencyMs: 20, ...size(1024) }),
		contenders: [
			{ name: "10,000 hosts", urls: (urls) => urls.map(onHost), args: ["-c", "20"] },
			{ name: "one host", urls: own, args: ["-c", "20"] },
		],
		least: 0.9,
	},
};

/** Every address of 127/8 is this machine. */
function onHost(url: string, n: number): string {
	const host = n % 10_000;
	return url.replace("127.0.0.1", `127.1.${Math.floor(host / 100)}.${(host % 100) + 1}`);
}
