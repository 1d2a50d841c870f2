package dev.postern.server.service.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.aws.Fault;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionSchemaTest {
  private static final String STANDARD =
      "{\"schemaVersion\":\"1.0\",\"sessionType\":\"Standard_Stream\",\"inputs\":{%s}}";
  private static final String COMMANDS =
      "{\"schemaVersion\":\"1.0\",\"sessionType\":\"InteractiveCommands\",\"properties\":{%s}}";

  private static void check(String json) {
    SessionSchema.check(new DocumentText(DocumentText.Format.JSON, json).read());
  }

  private static Fault refusal(String json) {
    Fault fault = catchThrowableOfType(Fault.class, () -> check(json));
    assertThat(fault).as(json).isNotNull();
    return fault;
  }

  private static void assertRefused(String json, String node, String message) {
    Fault fault = refusal(json);
    assertThat(fault.code()).isEqualTo("InvalidDocumentContent");
    assertThat(fault.message()).contains(message).contains("parent node: " + node + "]");
  }

  /** The preferences of the guide, to the letter. */
  @Test
  void guidesPreferencesAreRight() {
    assertThatCode(() ->
            check(
                """
                {
                  "schemaVersion": "1.0",
                  "description": "Session Manager preferences",
                  "sessionType": "Standard_Stream",
                  "inputs": {
                    "s3BucketName": "my-session-logs-bucket",
                    "s3KeyPrefix": "session-logs",
                    "s3EncryptionEnabled": true,
                    "cloudWatchLogGroupName": "/ssm/session-logs",
                    "cloudWatchEncryptionEnabled": true,
                    "idleSessionTimeout": "20",
                    "maxSessionDuration": "120",
                    "kmsKeyId": "arn:aws:kms:us-east-1:123456789:key/abc-123",
                    "runAsEnabled": true,
                    "runAsDefaultUser": "ec2-user",
                    "shellProfile": {
                      "linux": "/bin/bash",
                      "windows": ""
                    }
                  }
                }
                """))
        .doesNotThrowAnyException();
  }

  /** AWS's example of a document that restricts a session to one command. */
  @Test
  void documentOfACommandWithAParameterIsRight() {
    assertThatCode(() ->
            check(
                """
                {
                  "schemaVersion": "1.0",
                  "sessionType": "InteractiveCommands",
                  "parameters": {
                    "logpath": {
                      "type": "String",
                      "default": "/var/log/amazon/ssm/amazon-ssm-agent.log",
                      "allowedPattern": "^[a-zA-Z0-9-_/]+(.log)$"
                    }
                  },
                  "properties": {
                    "linux": {"commands": "tail -f {{ logpath }}", "runAsElevated": true}
                  }
                }
                """))
        .doesNotThrowAnyException();
  }

  @Test
  void otherSchemaVersionsAreRefusedByTheirOwnError() {
    Fault fault =
        refusal("{\"schemaVersion\":\"2.0\",\"sessionType\":\"Standard_Stream\",\"inputs\":{}}");

    assertThat(fault.code()).isEqualTo("InvalidDocumentSchemaVersion");
    assertThat(fault.message())
        .isEqualTo("2.0 is not a valid schema version for Session document type");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"schemaVersion":1.0,"sessionType":"Port"}     | /schemaVersion | instance type (number)
          {"sessionType":"Standard_Stream","inputs":{}}  | /              | missing required properties (["schemaVersion"])
          {"schemaVersion":"1.0"}                        | /              | missing required properties (["sessionType"])
          {"schemaVersion":"1.0","sessionType":"Shell"}  | /sessionType   | instance value ("Shell") not found in enum
          {"schemaVersion":"1.0","sessionType":"Standard_Stream"} | /     | missing required properties (["inputs"])
          {"schemaVersion":"1.0","sessionType":"Port"}   | /              | missing required properties (["properties"])
          {"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":[]}   | /inputs | instance type (array)
          {"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":null} | /inputs | instance type (null)
          {"schemaVersion":"1.0","sessionType":"Standard_Stream","Inputs":{}}   | /       | not allowed by the schema: ["Inputs"]
          {"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{},"properties":{}} | /properties | no properties
          """)
  void partsThatAreMissingOrForeignAreTold(String json, String node, String message) {
    assertRefused(json, node, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "s3bucketname":""                | /inputs                     | not allowed by the schema: ["s3bucketname"]
          "s3BucketName":"ab"              | /inputs/s3BucketName        | string is too short (length: 2, required minimum: 3)
          "s3BucketName":7                 | /inputs/s3BucketName        | instance type (integer)
          "s3EncryptionEnabled":"yes"      | /inputs/s3EncryptionEnabled | instance value ("yes") not found in enum
          "s3EncryptionEnabled":1          | /inputs/s3EncryptionEnabled | instance type (integer)
          "cloudWatchStreamingEnabled":"true" | /inputs/cloudWatchStreamingEnabled | instance type (string)
          "idleSessionTimeout":"0"         | /inputs/idleSessionTimeout  | "0" is no whole number of minutes from 1 to 60
          "idleSessionTimeout":"61"        | /inputs/idleSessionTimeout  | "61" is no whole number of minutes from 1 to 60
          "idleSessionTimeout":"020"       | /inputs/idleSessionTimeout  | "020" is no whole number
          "idleSessionTimeout":20          | /inputs/idleSessionTimeout  | instance type (integer)
          "maxSessionDuration":"1441"      | /inputs/maxSessionDuration  | "1441" is no whole number of minutes from 1 to 1440
          "maxSessionDuration":"99999999999" | /inputs/maxSessionDuration | is no whole number of minutes
          "shellProfile":{"macos":""}      | /inputs/shellProfile        | not allowed by the schema: ["macos"]
          "shellProfile":"/bin/bash"       | /inputs/shellProfile        | instance type (string)
          "kmsKeyId":"{{ key }}"           | /inputs/kmsKeyId            | Parameter "key" is not declared.
          "s3KeyPrefix":"{{ssm:prefix}}"   | /inputs/s3KeyPrefix         | parameters of Parameter Store
          """)
  void inputsThatCannotBeAreTold(String inputs, String node, String message) {
    assertRefused(STANDARD.formatted(inputs), node, message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"idleSessionTimeout\":\"1\",\"maxSessionDuration\":\"1\"",
        "\"idleSessionTimeout\":\"60\",\"maxSessionDuration\":\"1440\"",
        "\"s3BucketName\":\"\",\"idleSessionTimeout\":\"\",\"maxSessionDuration\":\"\"",
        "\"runAsEnabled\":\"true\",\"s3EncryptionEnabled\":\"False\""
      })
  void inputsWithinTheirBoundsAreRight(String inputs) {
    assertThatCode(() -> check(STANDARD.formatted(inputs))).doesNotThrowAnyException();
  }

  @Test
  void textsAreBounded() {
    String longest = "x".repeat(SessionInputRules.PROFILE_LENGTH_MAX);
    assertThatCode(
            () -> check(STANDARD.formatted("\"shellProfile\":{\"linux\":\"" + longest + "\"}")))
        .doesNotThrowAnyException();

    assertRefused(
        STANDARD.formatted("\"shellProfile\":{\"linux\":\"x" + longest + "\"}"),
        "/inputs/shellProfile/linux",
        "string is too long (length: 513, maximum allowed: 512)");
    for (String bounded :
        new String[] {
          "s3BucketName 63",
          "s3KeyPrefix 500",
          "cloudWatchLogGroupName 512",
          "kmsKeyId 2048",
          "runAsDefaultUser 100"
        }) {
      String[] nameAndMax = bounded.split(" ", 2);
      String tooLong = "x".repeat(Integer.parseInt(nameAndMax[1]) + 1);
      assertRefused(
          STANDARD.formatted("\"" + nameAndMax[0] + "\":\"" + tooLong + "\""),
          "/inputs/" + nameAndMax[0],
          "maximum allowed: " + nameAndMax[1] + ")");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "localPortNumber":"1"                    | /properties                     | missing required properties (["portNumber"])
          "portNumber":"0"                         | /properties/portNumber          | "0" is no port number from 1 to 65535
          "portNumber":"70000"                     | /properties/portNumber          | "70000" is no port number
          "portNumber":"080"                       | /properties/portNumber          | "080" is no port number
          "portNumber":80                          | /properties/portNumber          | instance type (integer)
          "portNumber":"80","localPortNumber":"-1" | /properties/localPortNumber     | "-1" is no port number from 0 to 65535
          "portNumber":"80","type":"Remote"        | /properties/type                | instance value ("Remote") not found in enum
          "portNumber":"80","localConnectionType":"udp" | /properties/localConnectionType | instance value ("udp") not found in enum
          "portNumber":"80","proto":"tcp"          | /properties                     | not allowed by the schema: ["proto"]
          "portNumber":"{{ port }}"                | /properties/portNumber          | Parameter "port" is not declared.
          """)
  void portsThatCannotBeAreTold(String properties, String node, String message) {
    assertRefused(
        "{\"schemaVersion\":\"1.0\",\"sessionType\":\"Port\",\"properties\":{%s}}"
            .formatted(properties),
        node,
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                              | /properties       | object has none of the properties ["linux","macos","windows"]
          "solaris":{"commands":"x"}                      | /properties       | not allowed by the schema: ["solaris"]
          "linux":{}                                      | /properties/linux | missing required properties (["commands"])
          "linux":{"commands":["x"]}                      | /properties/linux/commands | instance type (array)
          "linux":{"commands":" "}                        | /properties/linux/commands | no command
          "linux":{"commands":"x","runAsElevated":"maybe"} | /properties/linux/runAsElevated | not found in enum
          "linux":{"commands":"x","separateOutputStream":true} | /properties/linux | not allowed by the schema: ["separateOutputStream"]
          """)
  void commandsThatCannotBeAreTold(String properties, String node, String message) {
    assertRefused(COMMANDS.formatted(properties), node, message);
  }

  @Test
  void commandWithoutATerminalHasOutputStreamsToo() {
    String document =
        COMMANDS
            .formatted(
                "\"linux\":{\"commands\":\"x\",\"separateOutputStream\":true,"
                    + "\"stdOutSeparatorPrefix\":\"%s\"}")
            .replace("InteractiveCommands", "NonInteractiveCommands");

    assertThatCode(() -> check(document.formatted("out:"))).doesNotThrowAnyException();
    assertRefused(
        document.formatted("out>"),
        "/properties/linux/stdOutSeparatorPrefix",
        "a prefix has at most 30 letters");
  }

  /** Braces of other languages are text. */
  @Test
  void onlyWhatCanBeAParameterIsAPlaceholder() {
    assertThatCode(() ->
            check(
                COMMANDS.formatted(
                    "\"linux\":{\"commands\":\"docker ps --format '{{.Names}} {{ json . }}'\"}")))
        .doesNotThrowAnyException();

    assertRefused(
        COMMANDS.formatted("\"linux\":{\"commands\":\"echo {{  name }}\"}"),
        "/properties/linux/commands",
        "Parameter \"name\" is not declared.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "description":"d"                                | /parameters/p         | missing required properties (["type"])
          "type":"StringMap"                               | /parameters/p/type    | instance value ("StringMap") not found in enum (possible values: ["String","StringList","Boolean"])
          "type":"String","pattern":"x"                    | /parameters/p         | not allowed by the schema: ["pattern"]
          "type":"String","default":["x"]                  | /parameters/p/default | instance type (array)
          "type":"StringList","default":"x"                | /parameters/p/default | instance type (string)
          "type":"StringList","default":["x",1]            | /parameters/p/default | instance type (integer)
          "type":"Boolean","default":"yes"                 | /parameters/p/default | instance type (string)
          "type":"Boolean","minChars":1                    | /parameters/p/minChars | does not apply to parameters of type Boolean
          "type":"String","maxItems":1                     | /parameters/p/maxItems | does not apply to parameters of type String
          "type":"String","allowedPattern":"("             | /parameters/p/allowedPattern | missing closing )
          "type":"String","allowedPattern":"(?!x)y"        | /parameters/p/allowedPattern | no pattern that can be used
          "type":"String","allowedPattern":"a{900}{900}"   | /parameters/p/allowedPattern | unfolds to more than 10000 instructions
          "type":"String","allowedPattern":"^[a-z]+$","default":"A" | /parameters/p/default | the default does not match the pattern ^[a-z]+$.
          "type":"String","allowedValues":[]               | /parameters/p/allowedValues | an empty list allows nothing
          "type":"String","allowedValues":["a"],"default":"b" | /parameters/p/default | the default is none of the allowed values.
          "type":"String","minChars":-1                    | /parameters/p/minChars | no whole number from 0 on
          "type":"String","minChars":1.5                   | /parameters/p/minChars | no whole number from 0 on
          "type":"String","minChars":"1"                   | /parameters/p/minChars | instance type (string)
          "type":"String","minChars":2,"maxChars":1        | /parameters/p/minChars | is greater than maxChars
          "type":"String","displayType":"dropdown"         | /parameters/p/displayType | not found in enum
          "type":"String","default":"{{ ssm:x }}"          | /parameters/p         | parameters of Parameter Store
          """)
  void parametersThatCannotBeAreTold(String parameter, String node, String message) {
    assertRefused(
        """
        {"schemaVersion":"1.0","sessionType":"InteractiveCommands","parameters":{"p":{%s}},
         "properties":{"linux":{"commands":"x {{ p }}"}}}
        """
            .formatted(parameter),
        node,
        message);
  }

  @Test
  void namesOfParametersAreLettersAndDigits() {
    assertRefused(
        "{\"schemaVersion\":\"1.0\",\"sessionType\":\"Standard_Stream\",\"inputs\":{},"
            + "\"parameters\":{\"a-b\":{\"type\":\"String\"}}}",
        "/parameters/a-b",
        "letters and digits");
  }

  @Test
  void documentHasTwoHundredParametersAtMost() {
    String document =
        "{\"schemaVersion\":\"1.0\",\"sessionType\":\"Standard_Stream\",\"inputs\":{},"
            + "\"parameters\":{%s}}";

    assertThatCode(() -> check(document.formatted(parameters(200)))).doesNotThrowAnyException();
    assertRefused(document.formatted(parameters(201)), "/parameters", "more than 200 parameters");
  }

  private static String parameters(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"p" + i + "\":{\"type\":\"String\"}")
        .collect(Collectors.joining(","));
  }

  @Test
  void everythingWrongIsToldAtOnceWithinBounds() {
    Fault fault =
        refusal(
            STANDARD.formatted(
                IntStream.range(0, 40)
                    .mapToObj(i -> "\"" + "n".repeat(200) + i + "\":1")
                    .collect(Collectors.joining(",", "", ",\"kmsKeyId\":1,\"runAsEnabled\":1"))));

    assertThat(fault.message()).contains("/inputs]", "/inputs/kmsKeyId]", "/inputs/runAsEnabled]");
    assertThat(fault.message().length()).isLessThan(2000);
  }
}
