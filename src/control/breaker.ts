/** Gives up a host that answers nobody. */
import type { FailureCode } from "../core/failure.ts";

export type Breaker = {
	/** How the last attempts ended, all in the same way, and how many they were. */
	code: FailureCode;
	inARow: number;
	/** The host has answered somebody: it is alive, whatever happens later. */
	hasAnswered: boolean;
	isOpen: boolean;
	/** Entries that came since it was given up, and those of them that were not asked for. */
	came: number;
	passedOver: number;
};

export const mostInARow = 20;
const oneIn = 100;

export function createBreaker(): Breaker {
	return { code: "connect", inARow: 0, hasAnswered: false, isOpen: false, came: 0, passedOver: 0 };
}

/** An attempt reached the host. @returns Whether the host had been given up, wrongly. */
export function answered(breaker: Breaker): boolean {
	const wasOpen = breaker.isOpen;
	breaker.hasAnswered = true;
	breaker.isOpen = false;
	breaker.inARow = 0;
	return wasOpen;
}

/**
 * An attempt ended without an answer.
 * @param isOldest - Whether none that began earlier is still out: a host that lets few in refuses the others at once,
 * long before it answers the first.
 * @returns Whether the host is given up with this one.
 */
export function unanswered(breaker: Breaker, code: FailureCode, isOldest: () => boolean): boolean {
	if (breaker.hasAnswered || breaker.isOpen) return false;
	breaker.inARow = breaker.code === code ? breaker.inARow + 1 : 1;
	breaker.code = code;
	breaker.isOpen = breaker.inARow >= mostInARow && isOldest();
	return breaker.isOpen;
}

/** Whether an entry asks a host that was given up: 1 in 100 does, to see whether that still holds. */
export function mayAsk(breaker: Breaker): boolean {
	if (!breaker.isOpen) return true;
	if (++breaker.came % oneIn === 0) return true;
	breaker.passedOver++;
	return false;
}
