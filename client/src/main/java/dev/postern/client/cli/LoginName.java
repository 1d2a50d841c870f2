package dev.postern.client.cli;

import dev.postern.client.login.LoginCache;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which of the logins on this machine a command is about. */
final class LoginName {
  static final String DEFAULT = "postern-login";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      defaultValue = DEFAULT,
      showDefaultValue = CommandLine.Help.Visibility.ALWAYS,
      description = "Name of the login, and of its profile in the AWS configuration files.")
  private String profile = DEFAULT;

  /** Checked. */
  String get() {
    if (!LoginCache.isProfileName(profile)) {
      throw new ParameterException(
          spec.commandLine(),
          "--profile: a login's name has 1 to 64 letters, digits and _+=,.@- and begins with"
              + " neither . nor -");
    }
    return profile;
  }
}
