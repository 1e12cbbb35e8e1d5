#include "specgen/secrets/hide_secrets.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "specgen/json/json_tree.h"

namespace specgen {
namespace {

// In the tables, $1 stands for "(secret 1)".
std::string Shown(std::string_view text) {
  return absl::StrReplaceAll(
      text, {{"$1", "(secret 1)"}, {"$2", "(secret 2)"}, {"$3", "(secret 3)"}});
}

struct Hidden {
  std::string_view text;
  std::string_view shown;
};

// Variables, options of mounts, arguments by themselves.
constexpr Hidden kEntries[] = {
    // By name.
    {"PASSWORD=hunter2", "PASSWORD=$1"},
    {"DB_PASSWORD=a=b c", "DB_PASSWORD=$1"},
    {"password=x", "password=$1"},
    {"dbPassword=x", "dbPassword=$1"},
    {"MYSQL_PWD=x", "MYSQL_PWD=$1"},
    {"PGPASSWORD=x", "PGPASSWORD=$1"},
    {"REDIS_PASS=x", "REDIS_PASS=$1"},
    {"TOKEN=x", "TOKEN=$1"},
    {"GITHUB_TOKEN=x", "GITHUB_TOKEN=$1"},
    {"TOKEN2=x", "TOKEN2=$1"},
    {"PASS1=x", "PASS1=$1"},
    {"API_KEY_2=x", "API_KEY_2=$1"},
    {"WIFI_PSK=x", "WIFI_PSK=$1"},
    {"HMAC=x", "HMAC=$1"},
    {"MASTERKEY=x", "MASTERKEY=$1"},
    {"DOCKER_AUTH_CONFIG=x", "DOCKER_AUTH_CONFIG=$1"},
    {"PASSWORD:x", "PASSWORD:$1"},
    {"a=1,passwd:x", "a=1,passwd:$1"},
    {"X=password = x", "X=password = $1"},
    {"X=secret/image:latest", "X=secret/image:latest"},
    {"githubToken=x", "githubToken=$1"},
    {"SECRET=x", "SECRET=$1"},
    {"CLIENT_SECRET=x", "CLIENT_SECRET=$1"},
    {"API_KEY=x", "API_KEY=$1"},
    {"APIKEY=x", "APIKEY=$1"},
    {"X-Api-Key=x", "X-Api-Key=$1"},
    {"AWS_ACCESS_KEY_ID=x", "AWS_ACCESS_KEY_ID=$1"},
    {"AWS_SECRET_ACCESS_KEY=x/y", "AWS_SECRET_ACCESS_KEY=$1"},
    {"AWS_SESSION_TOKEN=x", "AWS_SESSION_TOKEN=$1"},
    {"AZURE_STORAGE_ACCOUNT_KEY=x", "AZURE_STORAGE_ACCOUNT_KEY=$1"},
    {"ENCRYPTION_KEY=x", "ENCRYPTION_KEY=$1"},
    {"SSH_PASSPHRASE=x y", "SSH_PASSPHRASE=$1"},
    {"VAULT_CREDENTIALS=x", "VAULT_CREDENTIALS=$1"},
    {"Authorization=Bearer x", "Authorization=$1"},
    {"BASIC_AUTH=u:p", "BASIC_AUTH=$1"},
    {"COOKIE=x", "COOKIE=$1"},
    {"ACCESS_TOKEN_ID=x", "ACCESS_TOKEN_ID=$1"},
    {"ACCESS_KEY_NAME=x", "ACCESS_KEY_NAME=x"},
    {"KEY_ID=x", "KEY_ID=x"},
    {"--password=x", "--password=$1"},
    {"--opt=first=a=password=x", "--opt=first=a=password=$1"},
    {"TLS_KEY=~/tls", "TLS_KEY=~/tls"},
    {"u:p@tcp(db:3306)/x", "u:$1@tcp(db:3306)/x"},
    {"u:p@unix(/s)/x", "u:$1@unix(/s)/x"},
    {"u:p@udp(db:3306)/x", "u:p@udp(db:3306)/x"},
    {"u@tcp(db:3306)/x", "u@tcp(db:3306)/x"},
    {"X=sha256:wJalrXUtnFEMI+K7MDENG+bPxRfiCYEXAMPLEKEY", "X=sha256:$1"},
    {"X=sha256@"
     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
     "X=sha256@$1"},
    {"X=other:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
     "X=other:$1"},
    {"X=sha256-dGhpcyBpcyBub3QgYSBzZWNyZXQ0MjQyNDI=",
     "X=sha256-dGhpcyBpcyBub3QgYSBzZWNyZXQ0MjQyNDI="},
    {"X=sha384-dGhpcyBpcyBub3QgYSBzZWNyZXQ0MjQyNDI=",
     "X=sha384-dGhpcyBpcyBub3QgYSBzZWNyZXQ0MjQyNDI="},
    {"X=sha111-dGhpcyBpcyBub3QgYSBzZWNyZXQ0MjQyNDI=", "X=$1"},
    {"X=other=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
     "X=other=$1"},
    {"X=password:", "X=password:"},
    {"X=password:x=y", "X=password:$1"},
    {"X=password:yes", "X=password:yes"},
    {"X=/etc/password:x", "X=/etc/password:x"},
    {"X=user:x", "X=user:x"},
    {"X=a=password=yes", "X=a=password=yes"},
    {"X=http://u@h/x", "X=http://u@h/x"},
    {"X=http://u:p@h?a@b", "X=http://u:$1@h?a@b"},
    {"X=http://h/x@y", "X=http://h/x@y"},
    {"X=http://a:p@h,http://b:q@h", "X=http://a:$1@h,http://b:$2@h"},
    {"X=token=t,http://u:p@h,token=s", "X=token=$1,http://u:$2@h,token=$3"},
    {"X=a;token=t", "X=a;token=$1"},
    {"X=a&token=t", "X=a&token=$1"},
    {"X=max?token=t", "X=max?token=$1"},
    {"X=--max=a=password=x", "X=--max=a=password=$1"},
    {"X=a=pwd=x", "X=a=pwd=x"},
    {"X=commit=wJalrXUtnFEMI+K7MDENG+bPxRfiCYEXAMPLEKEY", "X=commit=$1"},
    {"X=http://u:p@tcp(h)", "X=http://u:$1@tcp(h)"},
    // The rest of an entry is the value, of a name alone.
    {"a.password=x y", "a.password=$1"},
    {"a-password=x y", "a-password=$1"},
    {"a_password=x y", "a_password=$1"},
    {"a/password=x y", "a/password=$1 y"},
    {"a:password=x y", "a:password=$1 y"},
    // What is hidden is the same secret.
    {"X=http://u:p@h,http://u:p@i", "X=http://u:$1@h,http://u:$1@i"},
    {"X=//longer:p@h/s", "X=//longer:$1@h/s"},
    {"X=http://AKIAIOSFODNN7EXAMPLE@h,http://AKIAIOSFODNN7EXAMPLE@i",
     "X=http://$1@h,http://$1@i"},
    {"X=http://AKIA@host.example.com", "X=http://AKIA@host.example.com"},
    {"X=a|token=t", "X=a|token=$1"},
    {"X Y=token x", "X Y=token x"},
    {"X.y-z_1=AKIAIOSFODNN7EXAMPLE", "X.y-z_1=$1"},
    {"X Y=AKIAIOSFODNN7EXAMPLE", "X Y=$1"},
    {"X=http://h:80/a@b", "X=http://h:80/a@b"},
    {"X=http://u:p/w@h", "X=http://u:$1@h"},
    {"X=http://a/b@http://u:p@h", "X=http://a/b@http://u:$1@h"},
    {"X=u:p@nas:/share", "X=u:$1@nas:/share"},
    {"X=u@nas:/share", "X=u@nas:/share"},
    {"X=git+ssh://git@h:/p", "X=git+ssh://git@h:/p"},
    {"X=alpine:3.19@sha256:1", "X=alpine:3.19@sha256:1"},
    {"X=sha512-dGhpcyBpcyBub3QgYSBzZWNyZXQ0MjQyNDI=",
     "X=sha512-dGhpcyBpcyBub3QgYSBzZWNyZXQ0MjQyNDI="},
    {"X=wJalrXUtnFEMI+K7MDENG+bPxRfiCYEXAMPLEKEY", "X=$1"},
    {"X=aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1a",
     "X=aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1a"},
    {"--api-key=x", "--api-key=$1"},
    {"--opt=password=x", "--opt=password=$1"},
    {"username=u,password=p,vers=3.0", "username=u,password=$1,vers=3.0"},
    {"addr=10.0.0.1,username=u,pass=p", "addr=10.0.0.1,username=u,pass=$1"},
    // By form.
    {"X=ghp_16C7e42F292c6912E7710c838347Ae178B4a", "X=$1"},
    {"X=AKIAIOSFODNN7EXAMPLE", "X=$1"},
    {"X=xoxb-123456789012-abcdefabcdef", "X=$1"},
    {"X=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
     "X=$1"},
    {"X=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "X=$1"},
    {"X=dGhpcyBpcyBub3QgYSBzZWNyZXQ0MjQyNDI=", "X=$1"},
    {"X=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
     "X=$1"},
    {"X=-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n",
     "X=$1\n"},
    {"X=-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", "X=$1"},
    {"X=https://u:p@h.example/x", "X=https://u:$1@h.example/x"},
    {"X=redis://:p@h:6379/0", "X=redis://:$1@h:6379/0"},
    {"X=postgres://u:p@ss@h/db", "X=postgres://u:$1@h/db"},
    {"X=amqp://u:p/q@h/v", "X=amqp://u:$1@h/v"},
    {"X=https://ghp_16C7e42F292c6912E7710c838347Ae178B4a@github.com/x",
     "X=https://$1@github.com/x"},
    {"X=//u:p@server/share", "X=//u:$1@server/share"},
    {"X=u:p@tcp(db:3306)/x", "X=u:$1@tcp(db:3306)/x"},
    {"X=https://h/?a=1&token=t&b=2", "X=https://h/?a=1&token=$1&b=2"},
    {"X=Server=h;Password=p;Database=d", "X=Server=h;Password=$1;Database=d"},
    {R"(X={"user":"u","password":"p q","n":1})",
     R"(X={"user":"u","password":"$1","n":1})"},
    // Words like ours.
    {"X=(secret 1)", "X=$1"},
    // What is not hidden.
    {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
     "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
    {"PATH=/usr/bin", "PATH=/usr/bin"},
    {"PWD=/x", "PWD=/x"},
    {"OLDPWD=/x", "OLDPWD=/x"},
    {"HOME=/root", "HOME=/root"},
    {"DEBUG=0", "DEBUG=0"},
    {"PASSWORD=", "PASSWORD="},
    {"PASSWORD", "PASSWORD"},
    {"ALLOW_EMPTY_PASSWORD=yes", "ALLOW_EMPTY_PASSWORD=yes"},
    {"PASSWORD_FILE=/run/secrets/db", "PASSWORD_FILE=/run/secrets/db"},
    {"TOKEN_URL=https://h/token", "TOKEN_URL=https://h/token"},
    {"TOKEN_TTL=3600", "TOKEN_TTL=3600"},
    {"MAX_TOKENS=4096", "MAX_TOKENS=4096"},
    {"TLS_KEY=/etc/tls/key.pem", "TLS_KEY=/etc/tls/key.pem"},
    {"PUBLIC_KEY=ssh", "PUBLIC_KEY=ssh"},
    {"AUTHOR=me", "AUTHOR=me"},
    {"MONKEY=x", "MONKEY=x"},
    {"KEYBOARD=us", "KEYBOARD=us"},
    {"COMPASS=north", "COMPASS=north"},
    {"TOKENIZER=bpe", "TOKENIZER=bpe"},
    {"AWS_REGION=eu-central-1", "AWS_REGION=eu-central-1"},
    {"IMAGE=docker.io/a/b:1.2@sha256:"
     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
     "IMAGE=docker.io/a/b:1.2@sha256:"
     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    {"GIT_COMMIT=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
     "GIT_COMMIT=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"},
    {"ROOTFS=/var/lib/docker/plugins/"
     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08/rootfs",
     "ROOTFS=/var/lib/docker/plugins/"
     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08/rootfs"},
    {"X=123e4567-e89b-12d3-a456-426614174000",
     "X=123e4567-e89b-12d3-a456-426614174000"},
    {"X=MyCompanyPluginDriverFactory", "X=MyCompanyPluginDriverFactory"},
    {"X=x86_64-unknown-linux-gnu-2.31.so.6",
     "X=x86_64-unknown-linux-gnu-2.31.so.6"},
    {"X=docker.volumedriver/1.0", "X=docker.volumedriver/1.0"},
    {"X=/sys/devices/system/cpu/cpu0/thermal_throttle",
     "X=/sys/devices/system/cpu/cpu0/thermal_throttle"},
    {"X=v1.2.3-rc4-5-g1a2b3c4d5e", "X=v1.2.3-rc4-5-g1a2b3c4d5e"},
    {"X=http://h:8080/a@v1", "X=http://h:8080/a@v1"},
    {"X=user@host.example:/srv/data", "X=user@host.example:/srv/data"},
    {"X=tcp://10.0.0.1:2375", "X=tcp://10.0.0.1:2375"},
    {"X=fd00:1234:5678:9abc::1", "X=fd00:1234:5678:9abc::1"},
    {"X=2026-11-28T15:04:05.123456Z", "X=2026-11-28T15:04:05.123456Z"},
    {"rbind", "rbind"},
    {"size=65536k,mode=755", "size=65536k,mode=755"},
};

TEST(HideSecrets, Entries) {
  for (const Hidden& entry : kEntries) {
    EXPECT_EQ(SecretHider().Entry(entry.text), Shown(entry.shown));
  }
}

// Names at the edges of what is one of a secret's.
constexpr std::string_view kSecretNames[] = {
    "x_password", "x_passwd", "x_passphrase", "x_secret", "x_credential",
    "x_apikey", "x_accesskey", "x_privatekey", "x_authtoken", "x_authorization",
    "x_connectionstring", "x_signingkey", "x_masterkey", "x_sharedkey",
    "x_authconfig", "x_mnemonic",
    // Words by themselves.
    "x_pass", "x_passcode", "x_pw", "x_cred", "x_creds", "x_cookie", "x_jwt",
    "x_bearer", "x_otp", "x_salt", "x_sig", "x_signature", "x_psk", "x_hmac",
    "pw_x", "pw", "dbPw", "dbPW", "x-pw", "x.pw", "pw3", "2_pw", "xtoken",
    "x_tokens", "tokens_x", "token_x", "auth", "x_auth", "x_pwd", "x_key",
    "x_keys", "x_key_2", "x_key_id", "xKeyId", "x_y_key"};
constexpr std::string_view kOtherNames[] = {
    "", "_", "2", "xpw", "pwx", "dbpw", "DBPW", "x1Pw", "xtokens", "tokenx",
    "authx", "auth_x", "pwd", "oldpwd", "x_pwd_y", "key", "keys", "x_keyx",
    "key_2", "2_key", "x_key_y", "key_id", "x_id", "x_y_id", "key_x_id",
    "x_public_key", "public_key", "x_pub_key", "x_primary_key",
    "x_partition_key", "x_sort_key", "x_foreign_key", "x_foreign_keys",
    "max_password", "min_password",
    // About one.
    "password_file", "password_files", "password_path", "password_paths",
    "password_dir", "password_directory", "password_folder", "password_url",
    "password_uri", "password_endpoint", "password_host", "password_hostname",
    "password_port", "password_name", "password_user", "password_username",
    "password_ttl", "password_timeout", "password_length", "password_len",
    "password_size", "password_count", "password_limit", "password_expiry",
    "password_expires", "password_enabled", "password_enable",
    "password_disabled", "password_required", "password_policy",
    "password_type", "password_mode", "password_format", "password_version",
    "password_algorithm", "password_alg", "password_issuer",
    "password_audience", "password_scope", "password_region",
    "password_provider", "password_driver", "password_store",
    "password_backend", "password_rotation", "password_interval",
    "password_file2"};

TEST(HideSecrets, Names) {
  for (std::string_view name : kSecretNames) {
    EXPECT_TRUE(IsSecretName(name)) << name;
  }
  for (std::string_view name : kOtherNames) {
    EXPECT_FALSE(IsSecretName(name)) << name;
  }
  for (std::string_view name : {"x_max_password", "file_password"}) {
    EXPECT_TRUE(IsSecretName(name)) << name;
  }
  // Of some length, no name any more.
  const std::string longest = std::string(248, 'x') + "password";
  EXPECT_TRUE(IsSecretName(longest));
  EXPECT_FALSE(IsSecretName("x" + longest));
}

// Values at the edges of what gives itself away, and of what a name of a secret
// does not make one.
TEST(HideSecrets, Forms) {
  constexpr std::string_view kStarts[] = {
      "ghp_",     "gho_",     "ghu_",    "ghs_",      "ghr_",  "github_pat_",
      "glpat-",   "xoxb-",    "xoxp-",   "xoxa-",     "xoxs-", "sk_live_",
      "sk_test_", "rk_live_", "sk-ant-", "sk-proj-",  "AKIA",  "ASIA",
      "AIza",     "ya29.",    "hvs.",    "dckr_pat_", "npm_",  "pypi-",
      "SG.",      "dop_v1_",  "shpat_",  "whsec_"};
  for (std::string_view start : kStarts) {
    const std::string shortest =
        absl::StrCat(start, std::string(16 - start.size(), 'a'));
    EXPECT_TRUE(LooksLikeSecret(shortest)) << shortest;
    EXPECT_FALSE(LooksLikeSecret(shortest.substr(0, 15))) << shortest;
    EXPECT_FALSE(LooksLikeSecret("x" + shortest)) << shortest;
  }
  for (std::string_view secret :
       {"eyJaaaaaaaaaaaa.aaa", "eyJaaaaaaaaaaa.a.aa",
        // 20 bytes of 9 kinds, 4 changes, 12 in a row.
        "abcdefgh1a1aaaaaaaaa", "abcdefgh1a1aaaaaaaaaa", "abcdefg1a1a1.aaaaaaa",
        "abcdef1a1a1+haaaaaaa", "abcdef1a1a1/haaaaaaa", "abcdefgh1a1aaaaaaaaa=",
        // Capitals that begin no words.
        "ABcdeFGhijKLmnoPQrstUVwxy",
        // Nearly UUIDs.
        "123e4567.e89b-12d3-a456-426614174000",
        "123e4567-e89b.12d3-a456-426614174000",
        "123e4567-e89b-12d3.a456-426614174000",
        "123e4567-e89b-12d3-a456.426614174000",
        "123g4567-e89b-12d3-a456-426614174000",
        "1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d7",
        // A part of a path.
        "/x/abcdefghi1a1a1aaaaaaaaaa", "/abcdefghi1a1a1aaaaaaaaaa/x",
        "./abcdefghi1a1a1aaaaaaaaaa", "../abcdefghi1a1a1aaaaaaaaaa",
        "~/abcdefghi1a1a1aaaaaaaaaa"}) {
    EXPECT_TRUE(LooksLikeSecret(secret)) << secret;
  }
  for (std::string_view other :
       {"", "eyJaaaaaaaaaaaaaaaa", "xyJaaaaaaaaaaaa.aaa", "abcdefgh1a1aaaaaaaa",
        "abcdefgh1a1aaaaaaaa=", "abcdefgh1a1aaaaaaaaaaa",
        "abcdefg1a1aaaaaaaaaa", "abcdef1a1a1.haaaaaaa", "abcdef1a1a1-haaaaaaa",
        "AbcdeFghijKlmnoPqrstUvwxy", "aaaaaaaaaaaa.b.c.d.e.f.g.h.i",
        "1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d", "/x/abcdefghi1a1a1aaaaaaaaa",
        "/0123456789abcdef0a0a0a0a", "/x/y/abcdefghi1a1a1a/aaaaaaaaa",
        "/x/documentation-of-everything"}) {
    EXPECT_FALSE(LooksLikeSecret(other)) << other;
  }
}

TEST(HideSecrets, ValuesOfSecretNames) {
  for (std::string_view value :
       {"true", "false", "yes", "no", "on", "off", "TRUE", "Off", ""}) {
    EXPECT_EQ(SecretHider().Value("password", value), value);
  }
  for (std::string_view value : {"truex", "o", "/etc/x", "true true"}) {
    EXPECT_EQ(SecretHider().Value("password", value), "(secret 1)");
  }
  // Of a key, where it is.
  for (std::string_view value : {"/x", "./x", "../x", "~/x"}) {
    EXPECT_EQ(SecretHider().Value("tls_key", value), value);
  }
  for (std::string_view value : {".x", "..x", "~x", "x/y"}) {
    EXPECT_EQ(SecretHider().Value("tls_key", value), "(secret 1)");
  }
  constexpr std::string_view kHex =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  for (std::string_view name :
       {"x_sha", "x_sha1", "x_sha256", "x_sha384", "x_sha512", "x_md5", "x_sum",
        "x_checksum", "x_digest", "x_commit", "x_rev", "x_revision", "x_hash",
        "x_uuid", "x_guid", "x_id", "x_version", "x_fingerprint", "hash_x"}) {
    EXPECT_EQ(SecretHider().Value(name, kHex), kHex) << name;
    EXPECT_EQ(SecretHider().Value(name, absl::StrCat(kHex, "g")), "(secret 1)")
        << name;
    const std::string entry = absl::StrCat("X=", name, "=", kHex);
    EXPECT_EQ(SecretHider().Entry(entry), entry);
  }
  EXPECT_EQ(SecretHider().Value("x", kHex), "(secret 1)");
  const std::string longest = "id_" + std::string(253, 'x');
  EXPECT_EQ(SecretHider().Value(longest, kHex), kHex);
  EXPECT_EQ(SecretHider().Value(longest + "x", kHex), "(secret 1)");
}

// Whatever words are around it.
constexpr Hidden kTexts[] = {
    {"mysql --password hunter2 -h db", "mysql --password $1 -h db"},
    {"mysql --password='a b' -h db", "mysql --password='$1' -h db"},
    {"export TOKEN=abc; run", "export TOKEN=$1; run"},
    {"export A_TOKEN=\"a b\" B=1", "export A_TOKEN=\"$1\" B=1"},
    {"curl -u me:pw https://h", "curl -u me:$1 https://h"},
    {"docker run -u 1000:1000 x", "docker run -u 1000:1000 x"},
    {"device \"/etc/passwd\": not a device node",
     "device \"/etc/passwd\": not a device node"},
    {"Authorization: Bearer abc def", "Authorization: $1"},
    {"curl -H \"Authorization: Basic dTpw\" h",
     "curl -H \"Authorization: $1\" h"},
    {"-H 'X-Api-Key: k' -v", "-H 'X-Api-Key: $1' -v"},
    {"Bearer abcdef123456", "Bearer $1"},
    {"a basic plugin for volumes", "a basic plugin for volumes"},
    {"\"password=a\\\"b\" is no option", "\"password=$1\" is no option"},
    {"password: p\nuser: u", "password: $1\nuser: u"},
    {"password: \"p q\" user", "password: \"$1\" user"},
    {"TOKEN=a and again TOKEN=a, not TOKEN=b",
     "TOKEN=$1 and again TOKEN=$1, not TOKEN=$2"},
    {"https://u:p@a https://u:q@b", "https://u:$1@a https://u:$2@b"},
    {"the engine refuses the plugin: mount source is not specified",
     "the engine refuses the plugin: mount source is not specified"},
    {"--password --verbose", "--password --verbose"},
    {"u:p@tcp(h) TOKEN=p", "u:$1@tcp(h) TOKEN=$1"},
    {"a -----BEGIN A-----x-----END A----- b -----BEGIN A-----x-----END A----- "
     "c",
     "a $1 b $1 c"},
    {"export A=\"b c\" d", "export A=\"b c\" d"},
    {"password)= p x", "password)= p x"},
    {"password: ", "password: "},
    {"password:", "password:"},
    {"password: \"\"", "password: \"\""},
    {"password: 'p q' user", "password: '$1' user"},
    {"password: `p q` user", "password: `$1` user"},
    {"password=\"p q\" user", "password=\"$1\" user"},
    {"\"password\": \"p q\"", "\"password\": \"$1\""},
    {"'password' : 'p q'", "'password' : '$1'"},
    {"password = p q", "password = $1 q"},
    {"password of x", "password of x"},
    {"password", "password"},
    {"\"password\"", "\"password\""},
    {"Password for x:y", "Password for x:y"},
    {"--password yes x", "--password yes x"},
    {"--password - x", "--password $1 x"},
    {"--password -x=1", "--password $1"},
    {"--passwords x", "--passwords $1"},
    {"--verbose x", "--verbose x"},
    {"--proxy-user me:pw", "--proxy-user me:$1"},
    {"--user me:pw", "--user me:$1"},
    {"--basic-auth me:pw", "--basic-auth $1"},
    {"--users me:pw", "--users me:pw"},
    {"-u me:", "-u me:"},
    {"-u me", "-u me"},
    {"-u me x:pw", "-u me x:pw"},
    {"-u 1:pw", "-u 1:$1"},
    {"-u me:12", "-u me:12"},
    {"BEARER abcdef123456", "BEARER $1"},
    {"Basic abcdefgH", "Basic $1"},
    {"Basic abcdefH", "Basic abcdefH"},
    {"Basic abcdefgh", "Basic abcdefgh"},
    {"bearer", "bearer"},
    {"token=a\\ b c", "token=$1 c"},
    {"-----BEGIN A-----\nx\n-----END A-----y-----BEGIN B-----z", "$1y$2"},
    {"-----BEGIN A-----\nx\n-----END A", "$1"},
    {"a -----BEGIN A", "a $1"},
    {"", ""},
    {"=", "="},
    {"a==", "a=="},
    {"//@", "//@"},
    {"\\", "\\"},
    {"TOKEN=\"", "TOKEN=\""},
};

TEST(HideSecrets, Texts) {
  for (const Hidden& text : kTexts) {
    EXPECT_EQ(SecretHider().Text(text.text), Shown(text.shown));
  }
}

TEST(HideSecrets, Lists) {
  EXPECT_EQ(SecretHider().List({"/bin/x", "--password", "hunter2", "--token=t",
                                "--secret", "--verbose", "-u", "a:b", "y"}),
            (std::vector<std::string>{"/bin/x", "--password", "(secret 1)",
                                      "--token=(secret 2)", "--secret",
                                      "--verbose", "-u", "a:(secret 3)", "y"}));
  EXPECT_EQ(
      SecretHider().List({"-H", "Authorization:", "Bearer", "x", "y",
                          "pass:", "p", "Note:", "n"}),
      (std::vector<std::string>{"-H", "Authorization:", "Bearer", "(secret 1)",
                                "y", "pass:", "(secret 2)", "Note:", "n"}));
}

TEST(HideSecrets, ListsWhoseValuesAreNone) {
  const auto list = [](const std::vector<std::string_view>& words) {
    return absl::StrJoin(SecretHider().List(words), " ");
  };
  EXPECT_EQ(list({"--password", "yes"}), "--password yes");
  EXPECT_EQ(list({"--password", "-"}), "--password (secret 1)");
  EXPECT_EQ(list({"--password", "-x=1"}), "--password (secret 1)");
  EXPECT_EQ(list({"--password", "-x", "1"}), "--password -x 1");
  EXPECT_EQ(list({"--password", "a", "b"}), "--password (secret 1) b");
  EXPECT_EQ(list({"password", "a"}), "password a");
  EXPECT_EQ(list({"--password=", "a"}), "--password= a");
  EXPECT_EQ(list({"-H", "Auth:", "basic", "x"}), "-H Auth: basic (secret 1)");
  EXPECT_EQ(list({"bearer", "x"}), "bearer x");
  EXPECT_EQ(list({"-u", "basic", "a:b"}), "-u basic a:b");
  EXPECT_EQ(list({"--user", "a:b"}), "--user a:(secret 1)");
  EXPECT_EQ(list({"--proxy-user", "a:b"}), "--proxy-user a:(secret 1)");
  EXPECT_EQ(list({"--basic-auth", "a:b"}), "--basic-auth (secret 1)");
  EXPECT_EQ(list({"-u", "1:2"}), "-u 1:2");
  EXPECT_EQ(list({"-u", "a", "a:b"}), "-u a a:b");
}

std::string HiddenJson(std::string_view text) {
  const auto tree = JsonTree::Parse(text, "text").value();
  return SecretHider().Json(tree->root()).value_or("(nothing)");
}

TEST(HideSecrets, Json) {
  // As in the tables.
  const auto expect = [](std::string_view text, std::string_view shown) {
    EXPECT_EQ(HiddenJson(text), Shown(shown));
  };
  expect(R"({"process":{"env":["PATH=/bin","TOKEN=a"],)"
         R"("args":["x","--password","a"]}})",
         R"({"process":{"env":["PATH=/bin","TOKEN=$1"],)"
         R"("args":["x","--password","$1"]}})");
  // A plugin's config.
  expect(R"({"env":[{"name":"TOKEN","value":"a"}],)"
         R"("args":{"Name":"PASS","Value":["a","b"]}})",
         R"({"env":[{"name":"TOKEN","value":"$1"}],)"
         R"("args":{"Name":"PASS","Value":["$1","$2"]}})");
  expect(R"({"annotations":{"api-token":"a","n":"b"}})",
         R"({"annotations":{"api-token":"$1","n":"b"}})");
  expect(R"({"secrets":{"a":[1,"1",true,null,"x"]}})",
         R"({"secrets":{"a":["$1","$2",true,null,"$3"]}})");
  expect(R"({"a":1,"a":[1.50,"x\ny"]})", "(nothing)");
  expect(R"({"secret":{"a":{"b":"x"}},"b":"x"})",
         R"({"secret":{"a":{"b":"$1"}},"b":"x"})");
  expect(R"({"secret":["on","x"],"b":["on","x"]})",
         R"({"secret":["on","$1"],"b":["on","x"]})");
  expect(R"({"secret":false,"b":"AKIAIOSFODNN7EXAMPLE"})",
         R"({"secret":false,"b":"$1"})");
  expect(R"([1,"AKIAIOSFODNN7EXAMPLE"])", R"([1,"$1"])");
  expect(R"({"name":"","value":"x","token":"y"})",
         R"({"name":"","value":"x","token":"$1"})");
  expect(R"({"name":"TOKEN","values":"x","VALUE":"y"})",
         R"({"name":"TOKEN","values":"x","VALUE":"$1"})");
  expect(R"({"names":"TOKEN","value":"x"})", "(nothing)");
}

TEST(HideSecrets, WhatDiffersStillDoes) {
  SecretHider hider;
  EXPECT_NE(hider.Entry("TOKEN=a"), hider.Entry("TOKEN=b"));
  EXPECT_EQ(hider.Entry("TOKEN=a"), hider.Entry("TOKEN=a"));
  // Nobody can write what a secret is shown as.
  const std::string shown = hider.Entry("TOKEN=a");
  EXPECT_NE(hider.Entry(shown), shown);
  EXPECT_NE(hider.Text("x (secret 1)"), "x (secret 1)");
}

TEST(HideSecrets, ShowsThemIfAsked) {
  SecretHider hider(/*show=*/true);
  for (const Hidden& entry : kEntries) {
    EXPECT_EQ(hider.Entry(entry.text), entry.text);
    EXPECT_EQ(hider.Text(entry.text), entry.text);
  }
  EXPECT_EQ(hider.List({"--password", "x"})[1], "x");
  const auto tree = JsonTree::Parse(R"({"password":"x"})", "text").value();
  EXPECT_FALSE(hider.Json(tree->root()).has_value());
}

// The specs of many engines have the same arguments.
TEST(HideSecrets, HarmlessEntriesAreLookedAtOnce) {
  SecretHider hider;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(hider.Entry("MODE=fast"), "MODE=fast");
    EXPECT_EQ(hider.List({"--token", "a=b", "a=b"})[1], "(secret 1)");
  }
  EXPECT_EQ(hider.looked_at(), 3u);  // MODE=fast, --token, a=b
  for (int i = 0; i < 3; ++i) EXPECT_NE(hider.Entry("TOKEN=b"), "TOKEN=b");
  EXPECT_EQ(hider.looked_at(), 6u);
  // Not more memory than is told.
  for (size_t size : {64, 65}) {
    const std::string text(size, 'a');
    for (int i = 0; i < 3; ++i) EXPECT_EQ(hider.Entry(text), text);
  }
  EXPECT_EQ(hider.looked_at(), 10u);
}

TEST(HideSecrets, SoManyHarmlessEntriesAreRemembered) {
  SecretHider hider;
  constexpr size_t kMost = size_t{1} << 18;
  for (size_t i = 0; i < kMost; ++i) hider.Entry(absl::StrCat(i));
  EXPECT_EQ(hider.looked_at(), kMost);
  for (int i = 0; i < 2; ++i) hider.Entry(absl::StrCat(kMost - 1));
  EXPECT_EQ(hider.looked_at(), kMost);
  for (int i = 0; i < 2; ++i) hider.Entry(absl::StrCat(kMost));
  EXPECT_EQ(hider.looked_at(), kMost + 2);
}

// Much of what makes the rules look far; each takes no time to speak of.
TEST(HideSecrets, LongTexts) {
  constexpr size_t kTimes = 50000;
  for (std::string_view piece : {"//",
                                 "//a:b",
                                 "//a:b@",
                                 "@",
                                 "=",
                                 "TOKEN=",
                                 "password: ",
                                 "\"",
                                 "a=b,",
                                 "-----BEGIN ",
                                 "-----BEGIN x-----END ",
                                 "{\"password\":",
                                 "eyJ.",
                                 ":",
                                 "sha256:",
                                 "--password ",
                                 "basic ",
                                 "\\",
                                 "aA0",
                                 "A"}) {
    std::string text;
    for (size_t i = 0; i < kTimes; ++i) absl::StrAppend(&text, piece);
    EXPECT_FALSE(SecretHider().Text(text).empty()) << piece;
    EXPECT_FALSE(SecretHider().Entry(text).empty()) << piece;
  }
}

}  // namespace
}  // namespace specgen
