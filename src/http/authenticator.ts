/** Logs requests in: Basic at once, Digest where a server has asked for it, with what is remembered of its challenges. */
import type { NetrcEntry } from "../core/netrc.ts";
import { parseChallenges } from "./challenges.ts";
import { basicAuthorization, credentialsFor } from "./credentials.ts";
import { type DigestChallenge, type DigestRequest, digestAuthorization, digestOf } from "./digest.ts";

/** What one attempt has tried with one origin. */
export type Login = {
	readonly origin: string;
	/** Of the last request, where that answered a challenge. */
	readonly nonce: string | undefined;
	/** Challenges that were answered in vain, or might have been. */
	tries: number;
};

export type LoginRequest = DigestRequest & {
	readonly url: URL;
	readonly listed: URL;
	/** Of the same attempt. */
	readonly before: Login | undefined;
};

export type Authorization = {
	readonly value: string;
	/** Whether an Authorization header of the user goes before it. */
	readonly yields: boolean;
	readonly login: Login;
};

export type Authenticator = {
	authorize(request: LoginRequest): Authorization | undefined;
	/** @param fields - WWW-Authenticate of a 401. @returns Whether the same request may succeed now. */
	onRefusal(login: Login, fields: readonly string[]): boolean;
	onSuccess(login: Login): void;
};

type State = { readonly challenge: DigestChallenge; count: number; hasWorked: boolean };

/** A server may say for as long as it likes that a nonce is old. */
const mostTries = 3;
/** Most origins whose challenges are remembered. */
const keepStates = 1024;

export function createAuthenticator(netrc: readonly NetrcEntry[]): Authenticator {
	const states = new Map<string, State>();
	return {
		authorize({ url, listed, before, method, path }) {
			const credentials = credentialsFor({ url, listed, netrc });
			if (!credentials) return undefined;
			const { origin } = url;
			const state = states.get(origin);
			const value = state
				? digestAuthorization(state.challenge, credentials, { method, path, count: ++state.count })
				: basicAuthorization(credentials);
			const tries = before?.origin === origin ? before.tries : 0;
			return { value, yields: !credentials.isOfUrl, login: { origin, nonce: state?.challenge.nonce, tries } };
		},
		onRefusal(login, fields) {
			const challenge = digestOf(parseChallenges(fields));
			if (!challenge) return false;
			const state = states.get(login.origin);
			const isFirst = login.tries === 0;
			// A nonce that has worked before has aged, which not every server says.
			const mayWork =
				login.nonce === undefined ? isFirst : challenge.isStale || (isFirst && (state?.hasWorked ?? false));
			if (!mayWork || login.tries >= mostTries) return false;
			login.tries++;
			for (const oldest of states.keys()) {
				if (states.size < keepStates) break;
				states.delete(oldest);
			}
			states.set(login.origin, { challenge, count: 0, hasWorked: state?.hasWorked ?? false });
			return true;
		},
		onSuccess({ origin, nonce }) {
			const state = states.get(origin);
			if (state && nonce === state.challenge.nonce) state.hasWorked = true;
		},
	};
}
