package dev.postern.server.service;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The operations of one API and how they are reached (spec/aws-api.md 1.1). Immutable.
 *
 * @param name the signing name; audit events call the service {@code <name>.amazonaws.com}
 * @param global whether calls may be signed for any region
 */
public record Service(
    String name, boolean global, Protocol protocol, Map<String, Operation<?, ?>> operations) {
  /** The syntax of a service's calls. */
  public sealed interface Protocol {
    /**
     * JSON 1.1.
     *
     * @param targetPrefix what {@code X-Amz-Target} has before its last dot
     */
    record AwsJson(String targetPrefix) implements Protocol {}

    /**
     * A form in, XML out.
     *
     * @param version what the form's {@code Version} says
     * @param namespace of the answers' root element
     */
    record Query(String version, String namespace) implements Protocol {}

    /**
     * A form in, XML out, in EC2's own way.
     *
     * @param version what the form's {@code Version} says
     * @param namespace of the answers' root element
     */
    record Ec2Query(String version, String namespace) implements Protocol {}

    /**
     * The message gateway: JSON in, XML out, named by the path (spec/agent-service.md 3.2). {@code
     * CreateControlChannel} finds the path's id as input member {@code InstanceId}, {@code
     * CreateDataChannel} as {@code SessionId}, whatever the body says.
     */
    record Channels() implements Protocol {}
  }

  public Service {
    operations = Map.copyOf(operations);
    boolean forms = protocol instanceof Protocol.Query || protocol instanceof Protocol.Ec2Query;
    for (Operation<?, ?> operation : operations.values()) {
      if (forms && !(operation.codec() instanceof FormCodec)) {
        throw new IllegalArgumentException(operation.name() + " reads no forms");
      }
    }
  }

  /** A service whose calls must be signed for the server's own region. */
  public static Service regional(
      String name, Protocol protocol, List<? extends Operation<?, ?>> operations) {
    return new Service(name, false, protocol, byName(operations));
  }

  /** A service whose calls may be signed for any region. */
  public static Service global(
      String name, Protocol protocol, List<? extends Operation<?, ?>> operations) {
    return new Service(name, true, protocol, byName(operations));
  }

  private static Map<String, Operation<?, ?>> byName(List<? extends Operation<?, ?>> operations) {
    var byName = new LinkedHashMap<String, Operation<?, ?>>();
    for (Operation<?, ?> operation : operations) {
      if (byName.putIfAbsent(operation.name(), operation) != null) {
        throw new IllegalArgumentException("two operations are called " + operation.name());
      }
    }
    return byName;
  }

  /** The operation of exactly this name. */
  public Optional<Operation<?, ?>> operation(String operationName) {
    return Optional.ofNullable(operations.get(operationName));
  }
}
