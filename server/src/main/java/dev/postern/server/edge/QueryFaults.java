package dev.postern.server.edge;

import dev.postern.aws.Fault;

/** The common faults, which are named after JSON 1.1, in the query protocol's words. */
final class QueryFaults {
  private QueryFaults() {}

  static Fault translate(Fault fault) {
    return switch (fault.code()) {
      case "AccessDeniedException" -> new Fault("AccessDenied", 403, fault.message());
      case "ValidationException" -> new Fault("ValidationError", 400, fault.message());
      case "SerializationException" -> new Fault("MalformedInput", 400, fault.message());
      case "UnknownOperationException" -> new Fault("InvalidAction", 400, fault.message());
      case "ThrottlingException" -> new Fault("Throttling", 400, fault.message());
      case "UnrecognizedClientException" -> new Fault("InvalidClientTokenId", 403, fault.message());
      case "InvalidSignatureException" -> new Fault("SignatureDoesNotMatch", 403, fault.message());
      case "InternalServerError" -> new Fault("InternalFailure", 500, fault.message());
      default -> fault;
    };
  }
}
