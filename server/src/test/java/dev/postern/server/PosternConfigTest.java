package dev.postern.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.server.listener.AddressRange;
import dev.postern.server.service.ssm.DocumentCheck;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PosternConfigTest {
  @TempDir Path directory;

  @Test
  void nothingSetMeansTheDefaults() throws Exception {
    assertThat(PosternConfig.load(Optional.empty(), Map.of(), Map.of()))
        .isEqualTo(PosternConfig.DEFAULTS);
    assertThat(load("")).isEqualTo(PosternConfig.DEFAULTS);
    assertThat(load("# only a comment\n")).isEqualTo(PosternConfig.DEFAULTS);
    assertThat(PosternConfig.DEFAULTS.publicUrl(9443))
        .isEqualTo(URI.create("https://localhost:9443"));
  }

  @Test
  void everyKeyIsReadFromTheFile() throws Exception {
    PosternConfig config =
        load(
            """
            server:
              listen: "[::1]:0"
              publicUrl: https://postern.example.org
              trustedProxies: [10.0.0.0/8, "::1"]
              tls: {certificate: a.pem, key: /b.key}
            account:
              id: 000000000042
              equivalents: ["123456789"]
            region: eu-central-1
            authorization:
              defaultDocumentCheck: strict
            sessions:
              resumeWindow: 2m
              historyDays: 7
            log:
              level: debug
              format: json
            preferences:
              autocreate: false
            """);

    assertThat(config)
        .isEqualTo(
            new PosternConfig(
                new PosternConfig.Server(
                    new ListenAddress("::1", 0),
                    Optional.of(URI.create("https://postern.example.org")),
                    List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("::1")),
                    new PosternConfig.Tls(
                        Optional.of(directory.resolve("a.pem")), Optional.of(Path.of("/b.key")))),
                new PosternConfig.Account("000000000042", List.of("123456789")),
                "eu-central-1",
                new PosternConfig.Authorization(DocumentCheck.STRICT),
                new PosternConfig.Sessions(Duration.ofMinutes(2), 7),
                new PosternConfig.Log(PosternConfig.LogLevel.DEBUG, PosternConfig.LogFormat.JSON),
                new PosternConfig.Preferences(false)));
    assertThat(config.publicUrl(1)).isEqualTo(URI.create("https://postern.example.org"));
  }

  @Test
  void environmentWinsOverTheFileAndTheCommandLineOverBoth() throws Exception {
    Path file =
        file("region: eu-west-1\nsessions:\n  historyDays: 1\naccount: {id: 111111111111}\n");

    PosternConfig config =
        PosternConfig.load(
            Optional.of(file),
            Map.of(
                "POSTERN_REGION", "eu-west-2",
                "POSTERN_SESSIONS_HISTORY_DAYS", "2",
                "POSTERN_SESSIONS_RESUME_WINDOW", "90s"),
            Map.of("region", "eu-west-3"));

    assertThat(config.region()).isEqualTo("eu-west-3");
    assertThat(config.sessions().historyDays()).isEqualTo(2);
    assertThat(config.sessions().resumeWindow()).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.account().id()).isEqualTo("111111111111");
  }

  @Test
  void listsAreSeparatedByCommasInTheEnvironment() {
    PosternConfig config =
        PosternConfig.load(
            Optional.empty(),
            Map.of("POSTERN_SERVER_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::/32"),
            Map.of());

    assertThat(config.server().trustedProxies())
        .containsExactly(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("2001:db8::/32"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          server:\\n  lisen: x            | 2 | unknown key server.lisen; did you mean server.listen?
          sever: {}                       | 1 | unknown key sever; did you mean server?
          sesions:\\n  historyDays: 3     | 2 | unknown key sesions; did you mean sessions?
          region: \\n                     | 1 | region has no value
          region: mars                    | 1 | region: "mars": it is not like us-east-1
          region: [us-east-1]             | 1 | region must be one value
          region: {a: b}                  | 1 | region must be one value
          server: 1                       | 1 | server must hold keys
          - a                             | 1 | the file must hold keys
          account: {id: 42}               | 1 | account.id: "42": an account has 12 digits
          sessions: {historyDays: 0}      | 1 | sessions.historyDays: "0": it must be between 1 and 3650
          sessions: {historyDays: x}      | 1 | sessions.historyDays: "x": it is not a whole number
          sessions: {resumeWindow: 13h}   | 1 | sessions.resumeWindow: "13h": it must be between 1s and 12h
          sessions: {resumeWindow: 5}     | 1 | sessions.resumeWindow: "5": it is not a number with s, m, h or d
          log:\\n  level: loud            | 2 | log.level: "loud": it must be one of trace, debug, info, warn, error
          preferences: {autocreate: yes}  | 1 | preferences.autocreate: "yes": it must be true or false
          server: {listen: 8443}          | 1 | server.listen: "8443": it is not HOST:PORT
          server: {listen: a:99999}       | 1 | server.listen: "a:99999": the port must be between 0 and 65535
          server: {listen: "::1:80"}      | 1 | an IPv6 address stands in brackets
          server: {publicUrl: "http://a"} | 1 | it must begin with https://
          server: {publicUrl: "https://a/b"} | 1 | it must have no path
          server: {publicUrl: "https://"} | 1 | it is not a URL
          server: {trustedProxies: [x]}   | 1 | server.trustedProxies: "x": it is not an address or ADDRESS/PREFIX
          server: {trustedProxies: [10.0.0.1/8]} | 1 | the address has bits behind its prefix
          server: {trustedProxies: [[a]]} | 1 | server.trustedProxies must hold plain values
          server: {trustedProxies: {a: b}} | 1 | server.trustedProxies must be one value
          account: {equivalents: [a1]}    | 1 | account.equivalents: "a1": each must have 1 to 12 digits
          authorization: {defaultDocumentCheck: no} | 1 | it must be one of lenient, strict
          region: eu-west-1\\nregion: eu-west-1 | 2 | region is there twice
          a: b: c                         | 1 | mapping values are not allowed here
          """)
  void mistakesInTheFileAreToldWithTheirPlace(String content, int line, String message)
      throws Exception {
    Path file = file(content.replace("\\n", "\n"));

    assertThatThrownBy(() -> PosternConfig.load(Optional.of(file), Map.of(), Map.of()))
        .isInstanceOf(StartFailure.class)
        .hasMessageStartingWith(file + " line " + line + ": ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  /** The library has more exceptions than its own for them, without a place. */
  @ParameterizedTest
  @ValueSource(strings = {"region: !<%20b> c", "region: \"\\Uffffffff\""})
  void tagsAndEscapesOfNoMeaningAreToldWithTheFile(String content) throws Exception {
    Path file = file(content);

    assertThatThrownBy(() -> PosternConfig.load(Optional.of(file), Map.of(), Map.of()))
        .isInstanceOf(StartFailure.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void certificateAndKeyBelongTogether() {
    assertThatThrownBy(() -> load("server: {tls: {key: a}}"))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("belong together");
  }

  @Test
  void absentFileIsTold() {
    Path absent = directory.resolve("absent.yaml");

    assertThatThrownBy(() -> PosternConfig.load(Optional.of(absent), Map.of(), Map.of()))
        .isInstanceOf(StartFailure.class)
        .hasMessage("there is no configuration file " + absent);
  }

  @ParameterizedTest
  @CsvSource({
    "POSTERN_SERVER_LISTN, ; did you mean POSTERN_SERVER_LISTEN?",
    "POSTERN_REGON, ; did you mean POSTERN_REGION?",
    "POSTERN_SERVER_PUBLICURL, ; did you mean POSTERN_SERVER_PUBLIC_URL?",
    "POSTERN_SESSIONS_SOMETHING_ELSE, ''"
  })
  void variableThatLooksLikeAKeyIsRefused(String variable, String hint) {
    assertThatThrownBy(() -> PosternConfig.load(Optional.empty(), Map.of(variable, "x"), Map.of()))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("unknown environment variable " + variable + hint);
  }

  @Test
  void otherVariablesAreLeftAlone() {
    Map<String, String> environment =
        Map.of(
            "POSTERN_HOME", "x",
            "POSTERN_DATA", "x",
            "POSTERN_CONFIG", "x",
            "POSTERN_MASTER_KEY", "x",
            "POSTERN_PORT_8443_TCP", "tcp://10.0.0.1:8443",
            "SERVER_LISTEN", "x");

    assertThat(PosternConfig.load(Optional.empty(), environment, Map.of()))
        .isEqualTo(PosternConfig.DEFAULTS);
  }

  @Test
  void badVariableIsToldByItsName() {
    assertThatThrownBy(() ->
            PosternConfig.load(Optional.empty(), Map.of("POSTERN_SERVER_LISTEN", "here"), Map.of()))
        .hasMessage(
            "environment variable POSTERN_SERVER_LISTEN: server.listen: \"here\":"
                + " it is not HOST:PORT");
  }

  @Test
  void documentationListsExactlyTheKeysOfTheTypes() throws Exception {
    Path documentation = Path.of("..", "docs", "configuration.md");
    Pattern row = Pattern.compile("^\\| `([^`]+)` \\| `([^`]+)` \\| (?:`([^`]+)`)? ?\\| .+ \\|$");
    List<String> documented =
        Files.readAllLines(documentation).stream()
            .map(row::matcher)
            .filter(Matcher::matches)
            .map(match ->
                match.group(1)
                    + " "
                    + match.group(2)
                    + " "
                    + Optional.ofNullable(match.group(3)).orElse(""))
            .toList();

    assertThat(documented)
        .isEqualTo(
            ConfigKey.all().stream()
                .map(key -> key.name() + " " + key.variable() + " " + key.defaultText().orElse(""))
                .toList());
  }

  private PosternConfig load(String content) throws Exception {
    return PosternConfig.load(Optional.of(file(content)), Map.of(), Map.of());
  }

  private Path file(String content) throws Exception {
    return Files.writeString(directory.resolve("postern.yaml"), content);
  }
}
