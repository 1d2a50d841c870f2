package dev.postern.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.StatementExceptions;

/**
 * The SQLite file and the connections to it: one that writes, owned by a {@link Committer}, and a
 * few that only read. Safe for use by many threads.
 *
 * <p>A write is durable when {@link #write} returns: the journal is flushed with each commit.
 */
final class Database implements AutoCloseable {
  private static final int READERS_MAX = 4;
  private static final long READER_WAIT_MILLIS = 10_000;
  private static final String SETTINGS =
      "?journal_mode=WAL&synchronous=FULL&busy_timeout=5000&foreign_keys=true";

  private final HikariDataSource pool;
  private final Jdbi readers;
  private final Committer committer;

  private Database(HikariDataSource pool, Committer committer) {
    this.pool = pool;
    this.readers = discreet(Jdbi.create(pool));
    this.committer = committer;
  }

  /** Opens the file, makes it where it is absent, and brings its schema up to date. */
  static Database open(Path file) {
    try {
      PrivateFile.createIfAbsent(file);
    } catch (IOException failure) {
      throw new StoreException("cannot make " + file + ": " + failure.getMessage(), failure);
    }
    String url = "jdbc:sqlite:" + file.toAbsolutePath() + SETTINGS;
    migrate(file, url);
    Jdbi writer = discreet(Jdbi.create(url + "&transaction_mode=IMMEDIATE"));
    return new Database(pool(url), new Committer(writer::open));
  }

  /** Values of a statement that failed would else stand in the message of its exception. */
  static Jdbi discreet(Jdbi jdbi) {
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
    return jdbi;
  }

  private static HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("postern-store-readers");
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(READERS_MAX);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(READER_WAIT_MILLIS);
    config.setConnectionInitSql("pragma query_only = 1");
    return new HikariDataSource(config);
  }

  private static void migrate(Path file, String url) {
    Flyway flyway =
        Flyway.configure(Database.class.getClassLoader())
            .dataSource(url, null, null)
            .locations("classpath:db/migration")
            .table("schema_history")
            // Newer ones are looked for here, to say what they mean.
            .ignoreMigrationPatterns("*:future")
            .load();
    try {
      for (MigrationInfo step : flyway.info().all()) {
        if (step.getState() == MigrationState.FUTURE_SUCCESS
            || step.getState() == MigrationState.FUTURE_FAILED) {
          throw new StoreException(
              file
                  + " was written by a newer Postern (schema version "
                  + step.getVersion()
                  + "); start that version, or restore a backup made by this one");
        }
      }
      flyway.migrate();
    } catch (FlywayException failure) {
      throw new StoreException(
          "cannot use " + file + " as the database: " + firstLine(failure), failure);
    }
  }

  private static String firstLine(Exception failure) {
    return String.valueOf(failure.getMessage()).strip().lines().findFirst().orElse("");
  }

  /** Runs the work in a transaction; its effects are durable when this returns. */
  <T> T write(Function<Handle, T> work) {
    return committer.write(work);
  }

  /** Runs the work on a connection that cannot write, and sees all writes that returned before. */
  <T> T read(Function<Handle, T> work) {
    try (Handle handle = readers.open()) {
      return work.apply(handle);
    } catch (JdbiException failure) {
      throw new StoreException("the database cannot be read: " + firstLine(failure), failure);
    }
  }

  @Override
  public void close() {
    committer.close();
    pool.close();
  }
}
