package dev.postern.server.edge;

import dev.postern.aws.Fault;

/** The common faults, which are named after JSON 1.1, in EC2's words. */
final class Ec2Faults {
  private Ec2Faults() {}

  static Fault translate(Fault fault) {
    return switch (fault.code()) {
      case "AccessDeniedException" ->
          new Fault(
              "UnauthorizedOperation",
              403,
              "You are not authorized to perform this operation. " + fault.message());
      // AWS ends after its sentence; the rest names the region wanted, or what was signed.
      case "AuthFailure", "UnrecognizedClientException", "InvalidSignatureException" ->
          new Fault(
              "AuthFailure",
              401,
              "AWS was not able to validate the provided access credentials: " + fault.message());
      case "ValidationException" -> new Fault("InvalidParameterValue", 400, fault.message());
      case "SerializationException" -> new Fault("MalformedQueryString", 400, fault.message());
      case "UnknownOperationException" -> new Fault("InvalidAction", 400, fault.message());
      case "ThrottlingException" -> new Fault("RequestLimitExceeded", 503, fault.message());
      case "InternalServerError" -> new Fault("InternalError", 500, fault.message());
      default -> fault;
    };
  }
}
