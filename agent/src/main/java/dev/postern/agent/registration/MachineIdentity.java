package dev.postern.agent.registration;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Tells whether this is still the machine that was registered (spec/agent-service.md 1.4): a data
 * directory that was copied elsewhere must not speak for the node it came from. Only the machine id
 * is compared; changed hardware is not looked at.
 */
public final class MachineIdentity {
  private static final Logger LOG = System.getLogger(MachineIdentity.class.getName());
  private static final Path MACHINE_ID = Path.of("/etc/machine-id");

  private MachineIdentity() {}

  /** Empty where the machine has none. */
  public static String machineId() {
    try {
      return Files.readString(MACHINE_ID).trim();
    } catch (IOException none) {
      return "";
    }
  }

  public static String newFingerprint() {
    return UUID.randomUUID().toString();
  }

  /** The registration with a new fingerprint when it was made on another machine. */
  public static Registration check(
      AgentDirectory directory, Registration registration, String machineId) throws IOException {
    if (machineId.isEmpty()
        || registration.machineId().isEmpty()
        || machineId.equals(registration.machineId())) {
      return registration;
    }
    LOG.log(
        Level.WARNING,
        "this is another machine than the one registered as {0}; the service will want it to be"
            + " registered again",
        registration.instanceId());
    Registration changed = registration.withFingerprint(newFingerprint(), machineId);
    changed.save(directory);
    return changed;
  }
}
