package dev.postern.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A machine for AWS's own agent: mount and process namespaces in which the places that it uses are
 * its own. It is set up by what {@code postern agent official-config} prints. Needs root.
 */
final class OfficialMachine {
  /** Takes the activation's code from standard input: arguments can be seen by everybody. */
  private static final String MACHINE =
      """
      set -eu
      read -r ACTIVATION_CODE
      export ACTIVATION_CODE
      mount -t proc proc /proc
      cp -a /etc "$0/etc"
      mount --bind "$0/etc" /etc
      mkdir "$0/upper" "$0/work"
      mount -t overlay overlay -o "lowerdir=$0/bin:$1:/usr/bin,upperdir=$0/upper,workdir=$0/work" /usr/bin
      for place in /var/lib /var/log /home /root; do
        mount -t tmpfs tmpfs $place
      done
      export HOME=/root
      exec sh "$0/script"
      """;

  /** Does for that one unit what systemd would. */
  private static final String SYSTEMCTL =
      """
      #!/bin/sh
      case $1 in
        start)
          variables=$(sed -n 's/^Environment=//p' /etc/systemd/system/amazon-ssm-agent.service.d/postern.conf)
          exec env $variables amazon-ssm-agent ;;
      esac
      """;

  private OfficialMachine() {}

  /**
   * What starts it.
   *
   * @param folder empty, for what it writes
   * @param programs the folder of amazon-ssm-agent and its workers
   * @param script what {@code postern agent official-config} printed
   */
  static List<String> command(Path folder, Path programs, String script) throws IOException {
    Files.writeString(folder.resolve("script"), script);
    Path systemctl = Files.createDirectory(folder.resolve("bin")).resolve("systemctl");
    Files.writeString(systemctl, SYSTEMCTL);
    if (!systemctl.toFile().setExecutable(true)) {
      throw new IOException(systemctl + " cannot be made executable");
    }
    return List.of(
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-c",
        MACHINE,
        folder.toString(),
        programs.toAbsolutePath().toString());
  }
}
