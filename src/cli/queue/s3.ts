// Objects of S3, and of stores that speak as it does: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say where
// and as whom, as for Amazon's own tools.

import { AwsClient } from "aws4fetch";
import { FoldvoxError } from "../../errors.ts";

const ADDRESS = /^s3:\/\/([^/]+)\/(.+)$/;

export const isS3 = (address: string) => address.startsWith("s3://");

function needed(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new FoldvoxError("bad-argument", `${name} is not set in the environment; s3:// addresses need it.`);
}

/** The URL of an object, path-style, which all such stores understand. Errors: bad-argument. */
export function objectUrl(address: string): string {
  const [, bucket, key] = ADDRESS.exec(address) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new FoldvoxError("bad-argument", `${address} is no address of an object; give s3://BUCKET/KEY.`);
  }
  const region = process.env.AWS_REGION ?? "us-east-1";
  const endpoint =
    process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`;
  const path = key.split("/").map(encodeURIComponent).join("/");
  return `${endpoint.replace(/\/$/, "")}/${bucket}/${path}`;
}

/** A signed request for an object. Errors: bad-argument, io if nobody answers. */
export async function s3Fetch(address: string, options: RequestInit = {}): Promise<Response> {
  const url = objectUrl(address);
  const sessionToken = process.env.AWS_SESSION_TOKEN;
  const client = new AwsClient({
    accessKeyId: needed("AWS_ACCESS_KEY_ID"),
    secretAccessKey: needed("AWS_SECRET_ACCESS_KEY"),
    ...(sessionToken ? { sessionToken } : {}),
    region: process.env.AWS_REGION ?? "us-east-1",
    service: "s3",
    // The queue tries again.
    retries: 0,
  });
  try {
    return await client.fetch(url, options);
  } catch (cause) {
    throw new FoldvoxError("io", `${address} could not be reached: ${(cause as Error).message}.`, { cause });
  }
}
