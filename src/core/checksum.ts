/** Checksums of list entries: the notations that users write, read into one form. */

export type ChecksumAlgorithm = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

/** An expected digest: `hex` is lower case. */
export type Checksum = { readonly algorithm: ChecksumAlgorithm; readonly hex: string };
