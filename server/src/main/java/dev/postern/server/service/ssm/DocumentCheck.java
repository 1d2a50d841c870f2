package dev.postern.server.service.ssm;

/** When a caller of StartSession who names no document must be allowed the default one. */
public enum DocumentCheck {
  /** Unless the caller's policies think of documents (spec/aws-api.md 4.7). */
  LENIENT,
  /** Always. */
  STRICT
}
