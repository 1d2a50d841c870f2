package dev.postern.server.edge;

import dev.postern.aws.sigv4.RequestPath;
import dev.postern.wire.SessionId;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A path of the message gateway: {@code /v1/control-channel/<instance id>} or {@code
 * /v1/data-channel/<session id>}.
 */
record ChannelPath(Upgrades.Kind kind, String id) {
  private static final Pattern INSTANCE_ID = Pattern.compile("(i|mi)-[0-9a-zA-Z]{1,64}");

  /** Empty for every other path, and for ids that cannot exist. */
  static Optional<ChannelPath> of(RequestPath path) {
    List<String> segments = path.segments();
    if (segments.size() != 3 || !segments.getFirst().equals("v1")) {
      return Optional.empty();
    }
    String id = segments.get(2);
    boolean control = segments.get(1).equals("control-channel");
    if (control && INSTANCE_ID.matcher(id).matches()) {
      return Optional.of(new ChannelPath(Upgrades.Kind.CONTROL_CHANNEL, id));
    }
    boolean data = segments.get(1).equals("data-channel");
    return data && SessionId.isValid(id)
        ? Optional.of(new ChannelPath(Upgrades.Kind.DATA_CHANNEL, id))
        : Optional.empty();
  }

  String idMember() {
    return switch (kind) {
      case CONTROL_CHANNEL -> "InstanceId";
      case DATA_CHANNEL -> "SessionId";
    };
  }

  String createOperation() {
    return switch (kind) {
      case CONTROL_CHANNEL -> "CreateControlChannel";
      case DATA_CHANNEL -> "CreateDataChannel";
    };
  }
}
