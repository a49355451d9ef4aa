import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app.tsx';
import { sessionState } from './session.ts';
import { AlarmSound } from './sound.ts';

// The gateway's content security policy forbids the code generation with which zod would speed up its schemas.
z.config({ jitless: true });

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');
createRoot(root).render(<App session={await sessionState()} sound={new AlarmSound()} />);
