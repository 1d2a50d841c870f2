package dev.postern.aws.protocol;

/** The syntaxes of AWS's APIs that Postern speaks. They differ in error codes too. */
public enum Protocol {
  /** JSON 1.1: SSM, KMS, Logs, CloudTrail, and our own service; also used for the gateway. */
  JSON,
  /** Form in, XML out: IAM, STS. */
  QUERY,
  /** Form in, XML out, with lists and errors of its own: EC2. */
  EC2,
  /** S3. */
  REST_XML
}
