/** Runs into a bucket of a server of their own. */
import type { TestContext } from "node:test";
import type { OptionValues } from "../../src/core/option-values.ts";
import { type Answer, type Lab, startLab } from "../runners/lab.ts";
import { type S3Habits, type S3Server, startS3 } from "./s3-server.ts";

export type BucketLab = { readonly lab: Lab; readonly s3: S3Server; readonly values: OptionValues };

/** Every path is a file that holds its path. */
export const echo: Answer = (request, response) => void response.end(request.url);

/** A run into a bucket; the SDK finds the server by the environment of this process. */
export async function startBucketLab(
	context: TestContext,
	answer: Answer = echo,
	habits: S3Habits = {},
): Promise<BucketLab> {
	const s3 = await startS3(context, habits);
	const before = { ...process.env };
	Object.assign(process.env, s3.env);
	context.after(() => {
		for (const name of Object.keys(s3.env)) {
			if (before[name] === undefined) delete process.env[name];
			else process.env[name] = before[name];
		}
	});
	return { lab: await startLab(context, "async", answer), s3, values: { sink: `s3://${s3.bucket}/some/place` } };
}
