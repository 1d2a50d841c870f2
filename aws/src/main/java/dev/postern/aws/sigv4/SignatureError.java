package dev.postern.aws.sigv4;

import dev.postern.aws.Fault;
import dev.postern.aws.protocol.Protocol;
import java.util.Map;

/**
 * Why a signature is refused, with each protocol's code and status for it (spec aws-api 1.4, 1.5).
 */
enum SignatureError {
  /** No signature where one is needed. */
  MISSING(
      "MissingAuthenticationTokenException 400",
      "MissingAuthenticationToken 403",
      "MissingAuthenticationToken 403",
      "AccessDenied 403"),
  /** A header that cannot be read, or another algorithm. */
  INCOMPLETE(
      "IncompleteSignatureException 400",
      "IncompleteSignature 400",
      "IncompleteSignature 400",
      "AuthorizationHeaderMalformed 400"),
  /** Query parameters that cannot be read. */
  INCOMPLETE_QUERY(
      "IncompleteSignatureException 400",
      "IncompleteSignature 400",
      "IncompleteSignature 400",
      "AuthorizationQueryParametersError 400"),
  /** SigV4a and the like. */
  ALGORITHM(
      "IncompleteSignatureException 400",
      "IncompleteSignature 400",
      "IncompleteSignature 400",
      "IncompleteSignature 400"),
  UNKNOWN_KEY(
      "UnrecognizedClientException 400",
      "InvalidClientTokenId 403",
      "AuthFailure 401",
      "InvalidAccessKeyId 403"),
  WRONG_TOKEN(
      "UnrecognizedClientException 400",
      "InvalidClientTokenId 403",
      "AuthFailure 401",
      "InvalidToken 400"),
  EXPIRED_TOKEN(
      "ExpiredTokenException 400", "ExpiredToken 403", "RequestExpired 400", "ExpiredToken 400"),
  /** The signature is another one than ours. */
  MISMATCH(
      "InvalidSignatureException 400",
      "SignatureDoesNotMatch 403",
      "AuthFailure 401",
      "SignatureDoesNotMatch 403"),
  /** The clocks differ too much, or a presigned address is too old. */
  SKEW(
      "InvalidSignatureException 400",
      "SignatureDoesNotMatch 403",
      "RequestExpired 400",
      "RequestTimeTooSkewed 403"),
  /** A part that matters is not under the signature. */
  NOT_SIGNED(
      "InvalidSignatureException 400",
      "SignatureDoesNotMatch 403",
      "AuthFailure 401",
      "AccessDenied 403"),
  /** The body is another one than the headers say. */
  BODY(
      "InvalidSignatureException 400",
      "SignatureDoesNotMatch 403",
      "AuthFailure 401",
      "XAmzContentSHA256Mismatch 400");

  private final String json;
  private final String query;
  private final String ec2;
  private final String restXml;

  /** Each argument is a code and its status. */
  SignatureError(String json, String query, String ec2, String restXml) {
    this.json = json;
    this.query = query;
    this.ec2 = ec2;
    this.restXml = restXml;
  }

  Fault fault(Protocol protocol, String message) {
    return fault(protocol, message, Map.of());
  }

  Fault fault(Protocol protocol, String message, Map<String, String> details) {
    String answer =
        switch (protocol) {
          case JSON -> json;
          case QUERY -> query;
          case EC2 -> ec2;
          case REST_XML -> restXml;
        };
    int space = answer.indexOf(' ');
    int httpStatus = Integer.parseInt(answer, space + 1, answer.length(), 10);
    return new Fault(answer.substring(0, space), httpStatus, message, details);
  }
}
