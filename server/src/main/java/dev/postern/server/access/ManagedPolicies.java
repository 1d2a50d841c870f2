package dev.postern.server.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.postern.server.access.policy.MalformedPolicyException;
import dev.postern.server.access.policy.PolicyDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The managed policies of AWS that belong to Session Manager, limited to the services that this
 * server has (spec/aws-api.md 3.1). They are part of the program: nobody can change them.
 */
public final class ManagedPolicies {
  /** What the ARNs of AWS's policies begin with; a path and a name follow. */
  public static final String ARN_PREFIX = "arn:aws:iam::aws:policy";

  private static final String ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int ID_LETTERS = 17;

  private static final List<ManagedPolicy> ALL =
      Stream.of(
              new Origin("AdministratorAccess", "/", "v1", "2015-02-06T18:39:46Z")
                  .says("Allows everything.", "2015-02-06T18:39:46Z"),
              new Origin("AmazonEC2RoleforSSM", "/service-role/", "v8", "2015-05-29T17:48:35Z")
                  .says(
                      "What instances needed before AmazonSSMManagedInstanceCore, with logging.",
                      "2019-01-24T19:20:51Z"),
              new Origin("AmazonSSMDirectoryServiceAccess", "/", "v1", "2019-03-15T17:44:38Z")
                  .says("Lets an agent join a directory.", "2019-03-15T17:44:38Z"),
              new Origin("AmazonSSMFullAccess", "/", "v4", "2015-05-29T17:39:47Z")
                  .says("Allows everything in Systems Manager.", "2019-11-20T20:08:56Z"),
              new Origin(
                      "AmazonSSMManagedEC2InstanceDefaultPolicy", "/", "v2", "2022-08-30T20:54:27Z")
                  .says(
                      "What an instance without a role of its own needs for Systems Manager.",
                      "2024-07-16T18:14:07Z"),
              new Origin("AmazonSSMManagedInstanceCore", "/", "v2", "2019-03-15T17:22:12Z")
                  .says("What a node needs for Systems Manager.", "2019-05-23T16:54:21Z"),
              new Origin("AmazonSSMPatchAssociation", "/", "v1", "2020-05-13T16:00:42Z")
                  .says("Lets an agent read patch baselines.", "2020-05-13T16:00:42Z"),
              new Origin("AmazonSSMReadOnlyAccess", "/", "v1", "2015-05-29T17:44:19Z")
                  .says("Allows reading in Systems Manager.", "2015-05-29T17:44:19Z"),
              new Origin("CloudWatchAgentServerPolicy", "/", "v3", "2018-03-07T01:06:44Z")
                  .says("Lets an agent write logs.", "2024-02-06T16:37:37Z"),
              new Origin("IAMFullAccess", "/", "v2", "2015-02-06T18:40:38Z")
                  .says("Allows everything in IAM.", "2019-06-21T19:40:00Z"),
              new Origin("IAMReadOnlyAccess", "/", "v4", "2015-02-06T18:40:39Z")
                  .says("Allows reading in IAM.", "2018-01-25T19:11:27Z"),
              new Origin("IAMUserChangePassword", "/", "v5", "2016-11-15T00:25:16Z")
                  .says("Lets users change their own password.", "2026-02-12T17:58:57Z"),
              new Origin("PowerUserAccess", "/", "v12", "2015-02-06T18:39:47Z")
                  .says("Allows everything but IAM.", "2026-02-12T17:59:14Z"),
              new Origin("ReadOnlyAccess", "/", "v182", "2015-02-06T18:39:48Z")
                  .says("Allows reading everything.", "2026-04-03T15:27:12Z"))
          .toList();

  private static final Map<String, ManagedPolicy> BY_ARN =
      ALL.stream().collect(Collectors.toUnmodifiableMap(ManagedPolicy::arn, Function.identity()));

  private ManagedPolicies() {}

  /** All of them, by name. */
  public static List<ManagedPolicy> all() {
    return ALL;
  }

  /** The policy of this ARN; exact, as ARNs of IAM are. */
  public static Optional<ManagedPolicy> find(String arn) {
    return Optional.ofNullable(BY_ARN.get(arn));
  }

  /** Whether an ARN belongs to AWS, whether or not such a policy exists. */
  public static boolean isAwsArn(String arn) {
    return arn.startsWith(ARN_PREFIX + "/");
  }

  /** What AWS says of a policy besides its text. */
  private record Origin(String name, String path, String version, String created) {
    ManagedPolicy says(String description, String updated) {
      String text = text(name);
      try {
        return new ManagedPolicy(
            name,
            path,
            ARN_PREFIX + path + name,
            id(name),
            description,
            version,
            text,
            PolicyDocument.parse(text, PolicyDocument.Kind.IDENTITY),
            Instant.parse(created),
            Instant.parse(updated));
      } catch (MalformedPolicyException malformed) {
        throw new IllegalStateException("managed policy " + name, malformed);
      }
    }
  }

  private static String text(String name) {
    try (InputStream resource =
        ManagedPolicies.class.getResourceAsStream("/managed-policies/" + name + ".json")) {
      if (resource == null) {
        throw new IllegalStateException("managed policy " + name + " is not packaged");
      }
      return new String(resource.readAllBytes(), UTF_8).strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Follows from the name, so that it stays the same over restarts and versions. */
  private static String id(String name) {
    byte[] hash;
    try {
      hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every JDK has SHA-256", missing);
    }
    var id = new StringBuilder("ANPA");
    for (int i = 0; i < ID_LETTERS; i++) {
      id.append(ID_ALPHABET.charAt(Math.floorMod(hash[i], ID_ALPHABET.length())));
    }
    return id.toString();
  }
}
