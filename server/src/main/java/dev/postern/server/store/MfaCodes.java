package dev.postern.server.store;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The secrets of MFA devices, as far as codes are checked with them, and which codes were used.
 * Safe for use by many threads.
 */
public final class MfaCodes {
  private final Database database;
  private final MasterKey masterKey;

  MfaCodes(Database database, MasterKey masterKey) {
    this.database = database;
    this.masterKey = masterKey;
  }

  /** Looks at a code. */
  @FunctionalInterface
  public interface Check {
    /**
     * The time step that the code is of; empty when it is not good.
     *
     * @param seed the device's secret
     * @param lastStep the step of the last code that was good; 0 when there was none
     * @param driftSteps by how many steps the device's clock is off
     */
    OptionalLong step(byte[] seed, long lastStep, long driftSteps);
  }

  /** How a code was found. */
  public enum Outcome {
    /** Good, and from now on used. */
    GOOD,
    /** Wrong, too old, or used before. */
    WRONG,
    /** The user has no such device in use. */
    NO_DEVICE
  }

  /** Checks a code and, when it is good, uses it up; durable when this returns. */
  public Outcome use(String userName, String serialNumber, Check check) {
    return database.write(handle -> {
      Optional<Device> device =
          handle
              .createQuery(
                  """
                  select seed, last_step, drift_steps from mfa_device
                  where serial_number = :serial and user_key = :user and enabled_at is not null
                  """)
              .bind("serial", serialNumber)
              .bind("user", Principals.key(userName))
              .map((row, context) ->
                  new Device(
                      row.getBytes("seed"), row.getLong("last_step"), row.getLong("drift_steps")))
              .findOne();
      if (device.isEmpty()) {
        return Outcome.NO_DEVICE;
      }
      byte[] seed = masterKey.open(device.get().sealedSeed(), "mfa device " + serialNumber);
      OptionalLong step = check.step(seed, device.get().lastStep(), device.get().driftSteps());
      if (step.isEmpty()) {
        return Outcome.WRONG;
      }
      handle
          .createUpdate("update mfa_device set last_step = :step where serial_number = :serial")
          .bind("step", step.getAsLong())
          .bind("serial", serialNumber)
          .execute();
      return Outcome.GOOD;
    });
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares these
  private record Device(byte[] sealedSeed, long lastStep, long driftSteps) {}
}
