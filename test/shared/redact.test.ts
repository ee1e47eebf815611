import { expect, it } from 'vitest';
import { redact } from '../../src/shared/redact.ts';

/** Texts, and what is left of them. */
const SECRETS: readonly (readonly [text: string, left: string])[] = [
  ['postgres://user:pa/SECRET@host/db failed', 'postgres://***@host/db failed'],
  ['postgres://user:SECRET@ss/wo?rd@host/db', 'postgres://***@host/db'],
  ['postgres://user:SEC?RET#1@host:5432/db?sslmode=off', 'postgres://***@host:5432/db?***'],
  ['jdbc:postgresql://u:SECRET@h/d, then', 'jdbc:postgresql://***@h/d, then'],
  ['at "redis://:SECRET@h"', 'at "redis://***@h"'],
  ['url=amqp://u:SECRET@h/v', 'url=amqp://***@h/v'],
  ['user:SECRET@tcp(host)/db', '***@tcp(host)/db'],
  ['user:SEC//RET@host', '***@host'],
  ['//user:SECRET@cdn/x', '//***@cdn/x'],
  ['HTTPS://x.example/a?token=SECRET', 'HTTPS://x.example/a?***'],
  ['GET //cdn/x?t=SECRET gave 500', 'GET //cdn/x?*** gave 500'],
  ['GET /path?apikey=SECRET gave 500', 'GET /path?*** gave 500'],
  ['GET /path?SECRET', 'GET /path?***'],
  ['https://x.example/p;session=SECRET?a=1', 'https://x.example/p?***'],
  ['https://x.example/cb#access=SECRET', 'https://x.example/cb?***'],
  ['x.example?next=http://y/SECRET', 'x.example?***'],
  ['?code=SECRET', '?***'],
  ['host=db password=SECRET user=me', 'host=db password=*** user=me'],
  ['AccountKey=SECRET;EndpointSuffix=x', 'AccountKey=***'],
  ['{"token": "SECRET"} refused', '{"token": ***} refused'],
  ['{"password":"SEC RET\\" RET","status":"down"}', '{"password":***,"status":"down"}'],
  ["{ password: 'SEC RET', host: 'db' }", "{ password: ***, host: 'db' }"],
  ['password="SEC"RET" refused', 'password=*** refused'],
  ['api_key:SECRET', 'api_key:***'],
  ['password: x', 'password: ***'],
  ['Password : SECRET was wrong', 'Password : *** was wrong'],
  ['token: x', 'token: ***'],
  ['refresh token: SECRET is not valid', 'refresh token: *** is not valid'],
  ['DB_PASSWORD=SECRET', 'DB_PASSWORD=***'],
  ['clientSecret: SECRET', 'clientSecret: ***'],
  ["Map(1) { 'passphrase' => 'SECRET' }", "Map(1) { 'passphrase' => *** }"],
  ['x-api-key: SECRET', 'x-api-key: ***'],
  ['private key: SECRET', 'private key: ***'],
  ['the access key = SECRET, then', 'the access key = *** then'],
  ['Authorization: Bearer x', 'Authorization: ***'],
  ['authorization: Basic dXNlcjpTRUNSRVQ= was refused', 'authorization: *** was refused'],
  ['Authorization: Bearer lowercase', 'Authorization: ***'],
  ['Proxy-Authorization: SECRET', 'Proxy-Authorization: ***'],
  ['Authorization: Digest username="SECRET", response="SECRET"', 'Authorization: ***'],
  ['Authorization: AWS4-HMAC-SHA256 Credential=SECRET/eu', 'Authorization: ***'],
  ["headers: { authorization: 'Bearer SECRET', a: 1 }", 'headers: { authorization: ***, a: 1 }'],
  ['sent Bearer SECRET123 and got 401', 'sent Bearer *** and got 401'],
  ['Cookie: a=SECRET; b=SECRET', 'Cookie: ***'],
  ['Set-Cookie: sid=SECRET; Path=/', 'Set-Cookie: ***'],
  ['jwt eyJhbGciOiJIUzI1NiJ9.SECRET.SECRET expired', 'jwt *** expired'],
  ['bad ghp_SECRETSECRETSECRETSECRET', 'bad ***'],
  ['bad sk_live_SECRETSECRETSECRET', 'bad ***'],
  ['bad AKIASECRETSECRETSECR', 'bad ***'],
  ['-----BEGIN RSA PRIVATE KEY-----SECRET', '***'],
];

const PLAIN = [
  'Why? Because.',
  'see #12; or and/or?',
  'unexpected token = in JSON at 3',
  `Unexpected token '<', "<!DOCTYPE "... is not valid JSON`,
  'invalid token: expired',
  'token: missing.',
  'Authorization: required',
  'Send the token as `Authorization: Bearer <token>`.',
  'send it as `Authorization: Bearer <token>`.',
  'Basic authentication is off, and Bearer authorization as well',
  'password authentication failed for user "app"',
  'duplicate key value violates unique constraint "users_pkey"',
  'missing key: id',
  'passed: 5, bypass: 3',
  'max_tokens: 4096',
  'mail to ops@example.org bounced',
  'connect ECONNREFUSED 10.0.0.1:5432',
  'application/json; then',
  'lodash@4.17: broken',
  'https://status.example/incidents/12 says so',
];

it('hides each secret, and leaves the rest', () => {
  expect(SECRETS.map(([text]) => redact(text))).toEqual(SECRETS.map(([, left]) => left));
  expect(SECRETS.map(([text]) => redact(text)).join('\n')).not.toContain('SECRET');
});

it('leaves text without secrets as it is', () => {
  expect(PLAIN.map(redact)).toEqual(PLAIN);
});

it('looks at the beginning of a long text only, and shows no half of a secret', () => {
  const begun = performance.now();
  const parts = ['/', ':', '@', '?', 'token=', 'token ', 'a://', ';', '"', "'", '\\"', '=', 'a:b@'];
  for (const part of parts) redact(part.repeat(20_000_000 / part.length));
  expect(performance.now() - begun).toBeLessThan(1000);
  for (let before = 1900; before < 2100; before++) {
    const text = `${'x '.repeat(before / 2)} postgres://user:${'SECRET'.repeat(40)}@host/db`;
    expect(redact(text)).not.toContain('SECRET');
    expect(redact(text)).toMatch(/^x x/);
  }
});
