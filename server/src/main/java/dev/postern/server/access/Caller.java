package dev.postern.server.access;

import dev.postern.server.store.SessionContext;
import java.time.Instant;
import java.util.Optional;

/** Who makes a call, after the signature was verified. */
public sealed interface Caller {
  /**
   * The ARN in messages, audit events and the owner of a session; empty text for an anonymous
   * caller.
   */
  String arn();

  /** What {@code aws:userid} is for this caller (spec/aws-api.md 4.3). */
  String userId();

  /** What a session id of this caller begins with (spec/aws-api.md 5). */
  String sessionName();

  /** The access key id that signed, when there was one. */
  Optional<String> accessKeyId();

  /** What the caller's temporary credentials carry; absent for long-term keys and node keys. */
  default Optional<Temporary> temporary() {
    return Optional.empty();
  }

  /**
   * Temporary credentials.
   *
   * @param issuedAt what {@code aws:TokenIssueTime} is
   */
  record Temporary(Instant issuedAt, SessionContext context) {}

  /** An IAM user, with a long-term key or with one of GetSessionToken. */
  record User(String arn, String userId, String name, String keyId, Optional<Temporary> temporary)
      implements Caller {
    /** With a long-term key. */
    public User(String arn, String userId, String name, String keyId) {
      this(arn, userId, name, keyId, Optional.empty());
    }

    @Override
    public String sessionName() {
      return name;
    }

    @Override
    public Optional<String> accessKeyId() {
      return Optional.of(keyId);
    }
  }

  /**
   * A session of a role, made by STS or for a managed node.
   *
   * @param arn {@code arn:aws:sts::<account>:assumed-role/<role>/<session>}
   * @param userId {@code AROA...:<session>}
   * @param roleArn the role itself
   * @param instanceId the managed node that the credentials were issued to, absent for people
   */
  record RoleSession(
      String arn,
      String userId,
      String roleArn,
      String roleName,
      String sessionName,
      String keyId,
      Optional<String> instanceId,
      Optional<Temporary> temporary)
      implements Caller {
    /** Whose credentials carry nothing. */
    public RoleSession(
        String arn,
        String userId,
        String roleArn,
        String roleName,
        String sessionName,
        String keyId,
        Optional<String> instanceId) {
      this(arn, userId, roleArn, roleName, sessionName, keyId, instanceId, Optional.empty());
    }

    @Override
    public Optional<String> accessKeyId() {
      return Optional.of(keyId);
    }
  }

  /**
   * A managed node that proved its registered key and has no credentials yet (spec/agent-service.md
   * 1.3).
   */
  record NodeKey(String arn, String instanceId) implements Caller {
    @Override
    public String userId() {
      return instanceId;
    }

    @Override
    public String sessionName() {
      return instanceId;
    }

    @Override
    public Optional<String> accessKeyId() {
      return Optional.empty();
    }
  }

  /** Nobody: the call carried no signature, which only a few operations allow. */
  record Anonymous() implements Caller {
    @Override
    public String arn() {
      return "";
    }

    @Override
    public String userId() {
      return "";
    }

    @Override
    public String sessionName() {
      return "anonymous";
    }

    @Override
    public Optional<String> accessKeyId() {
      return Optional.empty();
    }
  }
}
