package dev.postern.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;

/**
 * Virtual MFA devices and whose they are. Seeds lie encrypted under the master key, and no record
 * holds one. Safe for use by many threads.
 */
public final class MfaDevices {
  /** Devices of the account, and of one user (IAM quotas). */
  public static final int DEVICES_MAX = Users.USERS_MAX;

  public static final int DEVICES_PER_USER_MAX = 8;
  public static final int TAGS_MAX = 50;

  /** As long as AWS's: 64 characters of base32. */
  static final int SEED_BYTES = 40;

  private static final String SELECT =
      """
      select d.*, u.user_name from mfa_device d left join iam_user u on u.name_key = d.user_key
      """;

  private final Database database;
  private final MasterKey masterKey;
  private final InstantSource clock;
  private final RandomGenerator random;

  MfaDevices(Database database, StoreOptions options) {
    this.database = database;
    this.masterKey = options.masterKey();
    this.clock = options.clock();
    this.random = options.random();
  }

  /** What came of a change. Everything but DONE changed nothing. */
  public enum Outcome {
    DONE,
    NO_USER,
    /** There is no such device, or it is not the user's. */
    NO_DEVICE,
    NAME_TAKEN,
    /** It is somebody's. */
    IN_USE,
    WRONG_CODES,
    TOO_MANY_DEVICES,
    TOO_MANY_OF_USER,
    TOO_MANY_TAGS
  }

  /** Which devices a list shows. */
  public enum Assignment {
    ANY(""),
    ASSIGNED(" and d.user_key is not null"),
    UNASSIGNED(" and d.user_key is null");

    private final String condition;

    Assignment(String condition) {
      this.condition = condition;
    }
  }

  /** Looks at two codes that a device showed one after the other. */
  @FunctionalInterface
  public interface Codes {
    /** What the second one tells; empty when they are not good. */
    Optional<Shown> check(byte[] seed);
  }

  /**
   * What a code tells about its device.
   *
   * @param step the time step of the code
   * @param driftSteps by how many steps the device's clock is off
   */
  public record Shown(long step, long driftSteps) {}

  /**
   * What came of making a device.
   *
   * @param seed the secret, to be told once; present when the device was made
   */
  public record Creation(Outcome outcome, Optional<byte[]> seed) {
    @Override
    public String toString() {
      return "Creation[" + outcome + "]";
    }
  }

  /** Makes a device, which is nobody's. Names are unique without regard to case. */
  public Creation create(String serialNumber, Map<String, String> tags) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    Outcome outcome = insert(serialNumber, seed, tags);
    return new Creation(outcome, outcome == Outcome.DONE ? Optional.of(seed) : Optional.empty());
  }

  private Outcome insert(String serialNumber, byte[] seed, Map<String, String> tags) {
    return database.write(handle -> {
      int same =
          Users.count(
              handle,
              "select count(*) from mfa_device where lower(serial_number) = ?",
              Principals.key(serialNumber));
      if (same > 0) {
        return Outcome.NAME_TAKEN;
      }
      if (Users.count(handle, "select count(*) from mfa_device where serial_number <> ?", "")
          >= DEVICES_MAX) {
        return Outcome.TOO_MANY_DEVICES;
      }
      handle
          .createUpdate(
              """
              insert into mfa_device (serial_number, seed, created_at)
              values (:serial, :seed, :created)
              """)
          .bind("serial", serialNumber)
          .bind("seed", masterKey.seal(seed, context(serialNumber)))
          .bind("created", clock.millis())
          .execute();
      IamTags.put(handle, IamEntity.MFA_DEVICE, serialNumber, tags);
      return Outcome.DONE;
    });
  }

  public Optional<MfaDeviceRecord> find(String serialNumber) {
    return database.read(handle -> find(handle, serialNumber));
  }

  private static Optional<MfaDeviceRecord> find(Handle handle, String serialNumber) {
    return handle
        .createQuery(SELECT + " where d.serial_number = :serial")
        .bind("serial", serialNumber)
        .map((row, context) -> record(handle, row))
        .findOne();
  }

  /**
   * In the order of serial numbers.
   *
   * @param after the one before the first; empty for the beginning
   */
  public List<MfaDeviceRecord> list(Assignment assignment, String after, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                SELECT
                    + " where d.serial_number > :after"
                    + assignment.condition
                    + " order by d.serial_number limit :limit")
            .bind("after", after)
            .bind("limit", limit)
            .map((row, context) -> record(handle, row))
            .list());
  }

  /** All devices of a user, in the order of serial numbers. */
  public List<MfaDeviceRecord> ofUser(String userName) {
    return database.read(handle -> ofUser(handle, Principals.key(userName)));
  }

  private static List<MfaDeviceRecord> ofUser(Handle handle, String userKey) {
    return handle
        .createQuery(SELECT + " where d.user_key = :user order by d.serial_number")
        .bind("user", userKey)
        .map((row, context) -> record(handle, row))
        .list();
  }

  /** Makes a device the user's, when the codes are good. */
  public Outcome enable(String userName, String serialNumber, Codes codes) {
    return database.write(handle -> {
      String user = Principals.key(userName);
      if (!PrincipalTable.of(IamEntity.USER).exists(handle, user)) {
        return Outcome.NO_USER;
      }
      Optional<MfaDeviceRecord> device = find(handle, serialNumber);
      if (device.isEmpty()) {
        return Outcome.NO_DEVICE;
      }
      if (device.get().userName().isPresent()) {
        return Outcome.IN_USE;
      }
      if (ofUser(handle, user).size() >= DEVICES_PER_USER_MAX) {
        return Outcome.TOO_MANY_OF_USER;
      }
      if (!useCodes(handle, serialNumber, codes)) {
        return Outcome.WRONG_CODES;
      }
      handle
          .createUpdate(
              """
              update mfa_device set user_key = :user, enabled_at = :now
              where serial_number = :serial
              """)
          .bind("user", user)
          .bind("now", clock.millis())
          .bind("serial", serialNumber)
          .execute();
      return Outcome.DONE;
    });
  }

  /** Checks two codes of a device that is the user's. */
  public Outcome resync(String userName, String serialNumber, Codes codes) {
    return database.write(handle -> {
      Outcome owned = owned(handle, userName, serialNumber);
      return owned == Outcome.DONE && !useCodes(handle, serialNumber, codes)
          ? Outcome.WRONG_CODES
          : owned;
    });
  }

  /** False when the codes are wrong, or were used before. */
  private boolean useCodes(Handle handle, String serialNumber, Codes codes) {
    byte[] sealed =
        handle
            .createQuery("select seed from mfa_device where serial_number = :serial")
            .bind("serial", serialNumber)
            .map((row, context) -> row.getBytes("seed"))
            .one();
    Optional<Shown> shown = codes.check(masterKey.open(sealed, context(serialNumber)));
    return shown.isPresent()
        && handle
                .createUpdate(
                    """
                    update mfa_device set last_step = :step, drift_steps = :drift
                    where serial_number = :serial and last_step < :step
                    """)
                .bind("step", shown.get().step())
                .bind("drift", shown.get().driftSteps())
                .bind("serial", serialNumber)
                .execute()
            > 0;
  }

  private static Outcome owned(Handle handle, String userName, String serialNumber) {
    String user = Principals.key(userName);
    if (!PrincipalTable.of(IamEntity.USER).exists(handle, user)) {
      return Outcome.NO_USER;
    }
    boolean owns =
        find(handle, serialNumber)
            .flatMap(MfaDeviceRecord::userName)
            .filter(name -> Principals.key(name).equals(user))
            .isPresent();
    return owns ? Outcome.DONE : Outcome.NO_DEVICE;
  }

  /** Takes a device from the user; it still exists, and its codes stay used. */
  public Outcome deactivate(String userName, String serialNumber) {
    return database.write(handle -> {
      Outcome owned = owned(handle, userName, serialNumber);
      if (owned == Outcome.DONE) {
        handle.execute(
            "update mfa_device set user_key = null, enabled_at = null where serial_number = ?",
            serialNumber);
      }
      return owned;
    });
  }

  /** Deletes a device that is nobody's. */
  public Outcome delete(String serialNumber) {
    return database.write(handle -> {
      Optional<MfaDeviceRecord> device = find(handle, serialNumber);
      if (device.isEmpty()) {
        return Outcome.NO_DEVICE;
      }
      if (device.get().userName().isPresent()) {
        return Outcome.IN_USE;
      }
      IamTags.removeAll(handle, IamEntity.MFA_DEVICE, serialNumber);
      handle.execute("delete from mfa_device where serial_number = ?", serialNumber);
      return Outcome.DONE;
    });
  }

  public Outcome tag(String serialNumber, Map<String, String> tags) {
    return database.write(handle -> {
      if (find(handle, serialNumber).isEmpty()) {
        return Outcome.NO_DEVICE;
      }
      if (IamTags.countWith(handle, IamEntity.MFA_DEVICE, serialNumber, tags) > TAGS_MAX) {
        return Outcome.TOO_MANY_TAGS;
      }
      IamTags.put(handle, IamEntity.MFA_DEVICE, serialNumber, tags);
      return Outcome.DONE;
    });
  }

  public Outcome untag(String serialNumber, Collection<String> tagKeys) {
    return database.write(handle -> {
      if (find(handle, serialNumber).isEmpty()) {
        return Outcome.NO_DEVICE;
      }
      IamTags.remove(handle, IamEntity.MFA_DEVICE, serialNumber, tagKeys);
      return Outcome.DONE;
    });
  }

  private static MfaDeviceRecord record(Handle handle, ResultSet row) throws SQLException {
    String serialNumber = row.getString("serial_number");
    return new MfaDeviceRecord(
        serialNumber,
        Columns.optionalText(row, "user_name"),
        Columns.optionalTime(row, "enabled_at"),
        IamTags.of(handle, IamEntity.MFA_DEVICE, serialNumber));
  }

  private static String context(String serialNumber) {
    return "mfa device " + serialNumber;
  }
}
