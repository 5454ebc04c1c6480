/** The options of the library: the long options of `get` in camelCase, and a signal. */
import type { OptionValues } from "../core/option-values.ts";
import type { ExistsPolicy, Layout } from "../core/options.ts";
import type { Method } from "../core/outcome.ts";
import type { GivenValues } from "../core/resolve-options.ts";
import { UsageError } from "../core/usage-error.ts";

/** Options of the command line that only say what is shown: the library shows nothing. */
type Shown = "progress" | "quiet" | "json" | "dashboard" | "report" | "health";

/** Options that are narrower, or wider, in a program than on a command line. */
type Retyped = "method" | "onExists" | "layout" | "http2" | "format" | "header" | "logDir";

export type LibraryOptions = Omit<OptionValues, Shown | Retyped> & {
	/** The concurrency model; `auto` begins as `async` and adds threads while the event loop is what limits. */
	readonly method?: Method;
	/** For a file that is already there; `rename` unless given. */
	readonly onExists?: ExistsPolicy;
	/** How names are spread over folders; `flat` unless given. */
	readonly layout?: Layout;
	readonly http2?: "auto" | "always" | "never";
	/** Of a list that is a file or standard input; goes by its name unless given. */
	readonly format?: "text" | "aria2" | "jsonl" | "json" | "csv" | "tsv" | "metalink" | "parquet";
	/** Request headers, each as `Name: value`. */
	readonly header?: string | readonly string[];
	/** Name files from the URL alone: the same as `contentDisposition: false`. */
	readonly noContentDisposition?: boolean;
	/** Where the records of the run go, in a folder of its own; nothing is recorded unless it is given. */
	readonly logDir?: string;
	/** Stops the run: what is in flight is kept for the next one, and the iteration ends without throwing. */
	readonly signal?: AbortSignal;
};

/**
 * The values as the table of options has them; they are not checked yet.
 * @throws {UsageError} the signal is none.
 */
export function valuesOf({ signal, noContentDisposition, header, ...values }: LibraryOptions): GivenValues {
	if (signal !== undefined && !(signal instanceof AbortSignal)) throw new UsageError("signal: it is no AbortSignal");
	return {
		...values,
		...(noContentDisposition === undefined ? {} : { contentDisposition: !noContentDisposition }),
		...(header === undefined ? {} : { header: typeof header === "string" ? [header] : header }),
	};
}
