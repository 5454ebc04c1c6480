/** Whether a file is of a type that is wanted (`--expect-type`): what the server calls it, and what its first bytes say. */
import { type Failure, permanent } from "../core/failure.ts";
import { isHtml, titleOf } from "../core/html.ts";
import { essenceOf, isVague, isWanted } from "../core/type-patterns.ts";
import { beginningOf, type Part } from "../store/part.ts";

/** Bytes from the start that are looked at: those of a disc image say only after 32 KiB what they are. */
const sampleBytes = 64 * 1024;

export type TypeCheck = {
	/** More bytes are here. */
	look(): void;
	/** All are here. @returns Why it is not wanted. */
	verdict(): Promise<Failure | undefined>;
};

export type TypeCheckOptions = {
	readonly wanted: readonly string[];
	readonly contentType: string | undefined;
	readonly host: string;
	readonly part: Part;
	/** Whether no body follows: then the type alone decides. */
	readonly isHeadAlone: boolean;
	/** Called as soon as it is clear that the file is not wanted. */
	readonly onWrong: (failure: Failure) => void;
};

/** @returns A failure where the type alone decides, and the body has nothing to tell of it. */
export function createTypeCheck(options: TypeCheckOptions): TypeCheck | Failure {
	const { wanted, contentType, part, isHeadAlone, onWrong } = options;
	const declared = essenceOf(contentType);
	const isRefused = !isVague(declared) && !isWanted(wanted, declared);
	// The title of a page says what it is for.
	if (isRefused && (isHeadAlone || !isPage(declared))) return wrongType(options, declared);
	let judgement: Promise<Failure | undefined> | undefined;
	const judge = (): Promise<Failure | undefined> => {
		if (judgement) return judgement;
		const sample = beginningOf(part, sampleBytes);
		judgement = isRefused
			? Promise.resolve(wrongType(options, declared, titleOf(sample)))
			: judgeBytes(options, declared, sample);
		return judgement;
	};
	return {
		look() {
			if (judgement || part.bytes < sampleBytes) return;
			judge()
				.then((failure) => failure && onWrong(failure))
				// That it could not be judged, the verdict tells.
				.catch(() => undefined);
		},
		verdict: judge,
	};
}

async function judgeBytes(options: TypeCheckOptions, declared: string, sample: Buffer): Promise<Failure | undefined> {
	if (sample.length === 0) return undefined;
	const { wanted } = options;
	if (isHtml(sample)) {
		const isAsked = isWanted(wanted, "text/html") || isWanted(wanted, "application/xhtml+xml");
		return isAsked ? undefined : wrongType(options, "text/html", titleOf(sample));
	}
	const { judgeSample } = await import("./sample-type.ts");
	const found = await judgeSample(sample, { wanted, declared: isVague(declared) ? undefined : declared });
	return found === undefined ? undefined : wrongType(options, `bytes of ${found}`);
}

function isPage(type: string): boolean {
	return type === "text/html" || type === "application/xhtml+xml";
}

function wrongType({ wanted, host }: TypeCheckOptions, type: string, title?: string): Failure {
	const what = title === undefined ? type : `${type}, a page with the title ${JSON.stringify(title)},`;
	return permanent("wrong_type", `${host} sent ${what} where ${wanted.join(", ")} is expected (--expect-type)`);
}
