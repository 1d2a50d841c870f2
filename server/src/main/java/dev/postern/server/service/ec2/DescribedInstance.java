package dev.postern.server.service.ec2;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.aws.Timestamps;
import dev.postern.server.store.NodeRecord;
import dev.postern.server.store.NodeRecord.Ping;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * A node as EC2 describes an instance. It has no image, type, network or key pair, and so none of
 * these is told.
 *
 * @param ownerId the account
 * @param running whether the agent pings or is connected; else the instance counts as stopped
 */
record DescribedInstance(NodeRecord node, String ownerId, boolean running) {
  /** The filters that can be asked for; those of parts that no node has match none. */
  static final Set<String> FILTERS =
      Set.of(
          "iam-instance-profile.arn",
          "image-id",
          "instance-id",
          "instance-state-code",
          "instance-state-name",
          "instance-type",
          "key-name",
          "launch-time",
          "owner-id",
          "platform",
          "private-dns-name",
          "private-ip-address",
          "reservation-id",
          "subnet-id",
          "tag-key",
          "vpc-id");

  private static final int RUNNING = 16;
  private static final int STOPPED = 80;
  private static final String WINDOWS = "windows";
  private static final int ID_DIGITS = 17;

  /** What the instance has under a filter's name. */
  Collection<String> values(String filter) {
    return switch (filter) {
      case "instance-id" -> List.of(node.instanceId());
      case "instance-state-code" -> List.of(String.valueOf(stateCode()));
      case "instance-state-name" -> List.of(stateName());
      case "launch-time" -> List.of(Timestamps.iso8601Millis(node.registrationDate()));
      case "owner-id" -> List.of(ownerId);
      case "platform" -> isWindows() ? List.of(WINDOWS) : List.of();
      case "private-dns-name" -> told(Ping::computerName).stream().toList();
      case "private-ip-address" -> told(Ping::ipAddress).stream().toList();
      case "reservation-id" -> List.of(reservationId());
      case "tag-key" -> node.tags().keySet();
      case "iam-instance-profile.arn",
          "image-id",
          "instance-type",
          "key-name",
          "subnet-id",
          "vpc-id" ->
          List.of();
      default -> {
        String tag = node.tags().get(filter.substring(Filters.TAG.length()));
        yield tag == null ? List.of() : List.of(tag);
      }
    };
  }

  private int stateCode() {
    return running ? RUNNING : STOPPED;
  }

  private String stateName() {
    return running ? "running" : "stopped";
  }

  private boolean isWindows() {
    return told(Ping::platformType).filter("Windows"::equals).isPresent();
  }

  private Optional<String> told(Function<Ping, String> member) {
    return node.lastPing().map(member).filter(text -> !text.isEmpty());
  }

  /** Made of the instance's id, so that it is the same whenever somebody asks. */
  private String reservationId() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(node.instanceId().getBytes(UTF_8));
      return "r-" + HexFormat.of().formatHex(hash).substring(0, ID_DIGITS);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-256", missing);
    }
  }

  Reservation reservation() {
    return Reservation.builder()
        .reservationId(reservationId())
        .ownerId(ownerId)
        .groups(List.of())
        .instances(instance())
        .build();
  }

  private Instance instance() {
    return Instance.builder()
        .instanceId(node.instanceId())
        .state(state -> state.code(stateCode()).name(stateName()))
        .privateDnsName(told(Ping::computerName).orElse(""))
        .publicDnsName("")
        .privateIpAddress(told(Ping::ipAddress).orElse(null))
        .amiLaunchIndex(0)
        .launchTime(node.registrationDate())
        .platform(isWindows() ? WINDOWS : null)
        .tags(
            node.tags().entrySet().stream()
                .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList())
        .build();
  }
}
