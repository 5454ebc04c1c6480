/** Asks whether a list's server answers at all, before hours are spent on measuring failures. */
import { UsageError } from "../../core/usage-error.ts";

const probeTimeoutMs = 10_000;
const atOnce = 5;

/**
 * One of the first URLs that answers with success is enough; bodies are not read.
 * @throws {UsageError} none did, or there are none.
 */
export async function probe(listName: string, urls: readonly string[], signal: AbortSignal): Promise<void> {
	if (urls.length === 0) throw new UsageError(`there is nothing to measure: ${listName} holds no http(s) URL`);
	const failures: string[] = [];
	for (let start = 0; start < urls.length; start += atOnce) {
		const answers = await Promise.all(urls.slice(start, start + atOnce).map((url) => ask(url, signal)));
		if (answers.includes(undefined)) return;
		failures.push(...answers.flatMap((answer) => answer ?? []));
	}
	throw new UsageError(
		`the server of ${listName} fails: none of its first ${urls.length} URLs can be fetched (${failures[0] ?? "no answer"})`,
	);
}

/** Undefined for success, else what went wrong. */
async function ask(url: string, signal: AbortSignal): Promise<string | undefined> {
	const limit = AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]);
	try {
		const response = await fetch(withoutCredentials(url), { signal: limit, headers: credentialsOf(url) });
		await response.body?.cancel();
		return response.ok ? undefined : `HTTP status ${response.status}`;
	} catch (error) {
		signal.throwIfAborted();
		return causeOf(error);
	}
}

/** `fetch` refuses URLs with credentials. */
function withoutCredentials(url: string): URL {
	const parsed = new URL(url);
	parsed.username = "";
	parsed.password = "";
	return parsed;
}

function credentialsOf(url: string): Record<string, string> {
	const { username, password } = new URL(url);
	if (username === "") return {};
	const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function causeOf(error: unknown): string {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	return cause instanceof Error ? cause.message || cause.name : String(cause);
}
