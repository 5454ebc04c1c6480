/** What the defaults of a run depend on, looked up in this process and on its disk. */
import { X509Certificate } from "node:crypto";
import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import { knownAlgorithms } from "../core/checksum.ts";
import { isNamedBlake2b, nameBlake2b } from "../core/checksum-lines.ts";
import { checksumTableOf } from "../core/checksum-table.ts";
import { optionTable } from "../core/option-table.ts";
import { defaults } from "../core/options.ts";
import { flagOf, quote, readOption } from "../core/read-option.ts";
import type { GivenValues, Surroundings } from "../core/resolve-options.ts";
import { readBucket } from "../core/resolve-sink.ts";
import { UsageError } from "../core/usage-error.ts";
import { checkOutsideState, checkPlace } from "./check-place.ts";
import { readGiven } from "./read-given.ts";
import { readSecrets } from "./secrets.ts";
import { readVersion } from "./version.ts";

/**
 * Looks around.
 * @throws {UsageError} a file that an option names cannot be read, or holds nothing of the kind; or files cannot go where one says.
 */
export async function lookAround(values: GivenValues): Promise<Surroundings> {
	const path = readOption(values.caCertificate, optionTable.caCertificate);
	const checksums = readOption(values.checksums, optionTable.checksums);
	const written = readOption(values.writeChecksums, optionTable.writeChecksums);
	const dir = readOption(values.dir, optionTable.dir) ?? defaults.dir;
	await checkOutsideState(flagOf(optionTable.dir), dir);
	const sink = readOption(values.sink, optionTable.sink);
	if (sink !== undefined && !readBucket(sink)) await checkOutsideState(flagOf(optionTable.sink), sink);
	if (written !== undefined) await checkPlace(flagOf(optionTable.writeChecksums), written, resolve(dir));
	const { warnings, ...secrets } = await readSecrets(values);
	return {
		version: readVersion(),
		cores: availableParallelism(),
		...(path !== undefined && { caCertificate: await readCertificates(path) }),
		...(checksums !== undefined && { checksums: await readChecksums(checksums) }),
		environment: process.env,
		...secrets,
		...(warnings.length > 0 && { warnings }),
	};
}

async function readCertificates(path: string): Promise<string> {
	const flag = flagOf(optionTable.caCertificate);
	const pem = await readGiven(flag, path);
	try {
		const blocks = pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END/g) ?? [""];
		for (const block of blocks) new X509Certificate(`${block} CERTIFICATE-----`);
	} catch (cause) {
		throw new UsageError(`${flag}: ${quote(path)} holds no certificate in PEM form`, { cause });
	}
	return pem;
}

async function readChecksums(path: string): Promise<string> {
	const flag = flagOf(optionTable.checksums);
	const given = await readGiven(flag, path);
	const text = isNamedBlake2b(basename(path)) ? nameBlake2b(given) : given;
	const { size, unreadable } = checksumTableOf(text);
	if (size === 0 && unreadable.count > 0) {
		const { algorithm } = unreadable;
		if (algorithm !== undefined) {
			throw new UsageError(`${flag}: ${quote(path)} is of ${quote(algorithm)}: known are ${knownAlgorithms}`);
		}
		throw new UsageError(`${flag}: ${quote(path)} holds no line such as sha256sum writes`);
	}
	return text;
}
