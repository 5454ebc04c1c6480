/** Proxies are not there yet: who has one set in the environment is told that it is not used. */

const names = ["http_proxy", "https_proxy", "all_proxy"] as const;

/** The warning, where the environment names a proxy. Its URL may hold a password and is not shown. */
export function proxyWarning(env: NodeJS.ProcessEnv): string | undefined {
	if ((env.no_proxy ?? env.NO_PROXY) === "*") return undefined;
	const found = names.flatMap((name) => [name, name.toUpperCase()]).filter((name) => env[name]);
	if (found.length === 0) return undefined;
	return `${found.join(", ")} in the environment: proxies are not available yet in this release, connecting directly`;
}
