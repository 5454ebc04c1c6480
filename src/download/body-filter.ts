/** What the bytes of a body go through on their way into the file, where they are not the file as they come. */

export type BodyFilter = {
	/** @param chunk - Valid only during the call. */
	write(chunk: Buffer): void;
	/** The body is complete. */
	end(): void;
	/** Nobody wants them any more. */
	destroy(): void;
};
