package dev.postern.server.access.policy;

import java.util.Optional;

/** Who asks, as far as policies tell callers apart (spec/aws-api.md 4.2, 4.3). */
public sealed interface PolicyPrincipal {
  /** The account that the caller belongs to; empty for services, providers and nobody. */
  Optional<String> account();

  /** How a person would call it: an ARN, or a service's name. */
  String name();

  /**
   * An IAM user.
   *
   * @param uniqueId {@code AIDA...}
   */
  record User(String arn, String accountId, String uniqueId) implements PolicyPrincipal {
    @Override
    public Optional<String> account() {
      return Optional.of(accountId);
    }

    @Override
    public String name() {
      return arn;
    }
  }

  /**
   * A session of a role, of a person or of a managed node.
   *
   * @param arn {@code arn:aws:sts::<account>:assumed-role/<role>/<session>}
   * @param roleArn the role itself
   * @param uniqueId the role's, {@code AROA...}
   */
  record RoleSession(String arn, String roleArn, String accountId, String uniqueId)
      implements PolicyPrincipal {
    @Override
    public Optional<String> account() {
      return Optional.of(accountId);
    }

    @Override
    public String name() {
      return arn;
    }
  }

  /** The root user of an account, whom no identity policy limits (spec/aws-api.md 4.1 step 2). */
  record Root(String accountId) implements PolicyPrincipal {
    @Override
    public Optional<String> account() {
      return Optional.of(accountId);
    }

    @Override
    public String name() {
      return "arn:aws:iam::" + accountId + ":root";
    }
  }

  /** A session made by GetFederationToken; {@code arn:aws:sts::<account>:federated-user/<name>}. */
  record FederatedUser(String arn, String accountId) implements PolicyPrincipal {
    @Override
    public Optional<String> account() {
      return Optional.of(accountId);
    }

    @Override
    public String name() {
      return arn;
    }
  }

  /** A service such as {@code ec2.amazonaws.com}; only resource policies grant to it. */
  record Service(String name) implements PolicyPrincipal {
    @Override
    public Optional<String> account() {
      return Optional.empty();
    }
  }

  /** Whoever shows a token of an identity provider; the ARN or domain of that provider. */
  record Federated(String provider) implements PolicyPrincipal {
    @Override
    public Optional<String> account() {
      return Optional.empty();
    }

    @Override
    public String name() {
      return provider;
    }
  }

  /** A request without signature. */
  record Anonymous() implements PolicyPrincipal {
    @Override
    public Optional<String> account() {
      return Optional.empty();
    }

    @Override
    public String name() {
      return "anonymous";
    }
  }
}
