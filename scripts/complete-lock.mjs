// Completes package-lock.json after an `npm install` that left out optional packages of other platforms, as npm does
// where it cannot look them up: `npm ci` would refuse the lock file. Run with `npm run lock`.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));

for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
	if (parent === "") continue;
	for (const [name, version] of Object.entries(optionalDependencies)) {
		const place = `node_modules/${name}`;
		if (lock.packages[place] !== undefined || lock.packages[`${parent}/${place}`] !== undefined) continue;
		lock.packages[place] = { version, ...(dev && { dev }), optional: true, ...platformOf(name) };
	}
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en"));
writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`);

/** @param {string} name ends with its platform: `cli-linux-arm64-musl` */
function platformOf(name) {
	const parts =
		/-(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(\w+?)(?:-(musl|gnu|glibc))?$/.exec(
			name,
		);
	if (parts === null) return {};
	const [, os, cpu, libc] = parts;
	return { cpu: [cpu], os: [os], ...(libc && { libc: [libc === "gnu" ? "glibc" : libc] }) };
}
